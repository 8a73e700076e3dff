/* SPDX-License-Identifier: MIT */
#pragma once

/* A floating address at a cloud provider as configured: what the provider's API moves, since no
 * gratuitous ARP does there. Strings are borrowed from the configuration; those that were not given
 * are NULL. The token is in here only if it came from the environment: of a file, the program that
 * needs it reads it. */

#include "base/ip.h"
#include "core/job.h"

typedef enum FloatingProvider { /* in the order of the keyword's choices */
	FLOATING_DIGITALOCEAN,
	FLOATING_HETZNER,
	FLOATING_HTTP,
	FLOATING_EXEC,
	FLOATING_HEALTH_PORT,
	FLOATING_PROVIDERS,
} FloatingProvider;

typedef struct FloatingConfig {
	const char *address; /* as written */
	IpAddr ip;
	uint32_t owner; /* index of the instance */
	FloatingProvider provider;
	const char *token_file;
	const char *url, *metadata_url, *ca_file;
	const char *server; /* this machine at the provider; NULL: the metadata service says it */
	const char *id;	    /* of the address at the provider (hetzner) */
	const char *owner_url, *owner_pointer; /* http */
	const char *assign_url, *assign_method, *assign_body;
	const JobSpec *script; /* exec */
	uint16_t port;	       /* health_port */
	uint8_t penalty;       /* taken from the priority while there is a fault */
	/* Set by the daemon. */
	const char *program; /* carries requests out; NULL: cannot be */
	const char *token;   /* from the environment */
} FloatingConfig;

/* "digitalocean" */
const char *floating_provider_name(FloatingProvider provider);
