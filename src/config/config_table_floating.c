/* SPDX-License-Identifier: MIT */
#include "config/config_table.h"

/* floating_ip: what keepalived does not have. */

#define FLOATING(field) .stores = true, .offset = offsetof(ConfigFloatingDraft, field)

const ConfigKeyword config_rows_floating[] = {
	{ SCOPE_FLOATING, "provider", .kind = KIND_CHOICE,
		.value = "digitalocean|hetzner|http|exec|health_port",
		.choices = "digitalocean hetzner http exec health_port",
		.standard = "none; must be given", FLOATING(provider),
		.help = "Whose API moves the address" },
	{ SCOPE_FLOATING, "token_file", .kind = KIND_PATH, .value = "PATH",
		.standard = "the environment variable DO_TOKEN (hetzner: HCLOUD_TOKEN)",
		FLOATING(token_file),
		.help = "Holds the token of the API and nothing else; its mode must be 0600" },
	{ SCOPE_FLOATING, "server", .kind = KIND_TEXT, .value = "ID",
		.standard = "asked of the metadata service", FLOATING(server),
		.help = "The id of this machine at the provider" },
	{ SCOPE_FLOATING, "id", .kind = KIND_TEXT, .value = "ID", FLOATING(id),
		.help = "The id of the address at the provider: hetzner needs it" },
	{ SCOPE_FLOATING, "url", .kind = KIND_TEXT, .value = "URL",
		.standard = "that of the provider; REGENT_DIGITALOCEAN_URL", FLOATING(url),
		.help = "Where the API is" },
	{ SCOPE_FLOATING, "metadata_url", .kind = KIND_TEXT, .value = "URL",
		.standard = "http://169.254.169.254; REGENT_METADATA_URL", FLOATING(metadata_url),
		.help = "Where the metadata service is; with http: what answers with the id of "
			"this machine" },
	{ SCOPE_FLOATING, "ca_file", .kind = KIND_PATH, .value = "PATH",
		.standard = "those of the system", FLOATING(ca_file),
		.help = "Certificates of authorities that may vouch for the API" },
	{ SCOPE_FLOATING, "owner_url", .kind = KIND_TEXT, .value = "URL", FLOATING(owner_url),
		.help = "http: what tells the owner; {address}, {server} and {id} are filled in" },
	{ SCOPE_FLOATING, "owner_pointer", .kind = KIND_TEXT, .value = "POINTER",
		FLOATING(owner_pointer),
		.help = "http: where in that answer the owner stands, as a JSON pointer" },
	{ SCOPE_FLOATING, "assign_url", .kind = KIND_TEXT, .value = "URL", FLOATING(assign_url),
		.help = "http: what assigns the address" },
	{ SCOPE_FLOATING, "assign_method", .kind = KIND_CHOICE, .value = "POST|PUT|PATCH",
		.choices = "POST PUT PATCH", .standard = "POST", FLOATING(assign_method),
		.help = "http: how it is called" },
	{ SCOPE_FLOATING, "assign_body", .kind = KIND_TEXT, .value = "TEXT", .standard = "none",
		FLOATING(assign_body),
		.help = "http: what it is sent, in JSON with ' for the quotes; filled in as "
			"owner_url" },
	{ SCOPE_FLOATING, "script", .kind = KIND_NOTIFY, .value = "COMMAND [USER [GROUP]]",
		FLOATING(script),
		.help = "exec: run with `owner` or `assign`, the address and the server's id" },
	{ SCOPE_FLOATING, "port", .kind = KIND_NUMBER, .value = "N", .min = 1, .max = 65535,
		FLOATING(port), .help = "health_port: a TCP port that answers only while MASTER" },
	{ SCOPE_FLOATING, "penalty", .kind = KIND_NUMBER, .value = "N", .min = 0, .max = 253,
		.standard = "0", FLOATING(penalty),
		.help = "Taken from the priority while only a person can mend what is wrong with "
			"the address" },
	{ 0 },
};
