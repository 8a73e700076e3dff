/* SPDX-License-Identifier: MIT */
#pragma once

/* The floating addresses of all instances: a controller for each, wanted while its instance is
 * MASTER. Looks at what is after each step of the node, so that nothing need be told. */

#include "cloud/cloud_controller.h"
#include "core/status.h"
#include "run/run.h"
#include "vrrp/vrrp_engine.h"

typedef struct NodeFloating {
	const FloatingConfig *config;
	CloudController controller;
	bool probe; /* health_port: it was asked to answer */
	int error;  /* why it does not; 0: it does */
	Instant again;
} NodeFloating;

typedef struct NodeCloud {
	NodeFloating *all;
	uint32_t n;
} NodeCloud;

/* What a step needs; borrowed. */
typedef struct NodeCloudStep {
	VrrpEngine *vrrp;
	Run *run;
	Effects *effects; /* traces and changes of priority; its scratch holds what ops point to */
	Ops *ops;
	Instant now;
} NodeCloudStep;

void node_cloud_init(NodeCloud *c, const VrrpConfig *config);
void node_cloud_free(NodeCloud *c);
void node_cloud_step(NodeCloud *c, const NodeCloudStep *s);
void node_cloud_result(NodeCloud *c, const RunResult *r, const NodeCloudStep *s);
void node_cloud_probe(NodeCloud *c, const EventOpFailed *f, Instant now);
/* After a reload: `c` is fresh and goes on from `old`, which is then only good to be freed. */
void node_cloud_adopt(
	NodeCloud *c, const NodeCloud *old, const VrrpReload *reload, const NodeCloudStep *s);
Instant node_cloud_next_due(const NodeCloud *c);
void node_cloud_status(const NodeCloud *c, const VrrpConfig *config, Instant now, Status *out);
