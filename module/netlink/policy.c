// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	module/netlink/khttpd.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "policy.h"

#include <uapi/linux/khttpd.h>

/* Integer value ranges */
static struct netlink_range_validation khttpd_a_listener_port_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static struct netlink_range_validation khttpd_a_listener_backlog_range = {
	.min	= 1ULL,
	.max	= KHTTPD_BACKLOG_MAX,
};

static struct netlink_range_validation khttpd_a_timeouts_head_ms_range = {
	.min	= KHTTPD_TIMEOUT_MIN_MS,
	.max	= KHTTPD_TIMEOUT_MAX_MS,
};

static struct netlink_range_validation khttpd_a_timeouts_idle_ms_range = {
	.min	= KHTTPD_TIMEOUT_MIN_MS,
	.max	= KHTTPD_TIMEOUT_MAX_MS,
};

static struct netlink_range_validation khttpd_a_timeouts_send_ms_range = {
	.min	= KHTTPD_TIMEOUT_MIN_MS,
	.max	= KHTTPD_TIMEOUT_MAX_MS,
};

static struct netlink_range_validation khttpd_a_timeouts_linger_ms_range = {
	.min	= KHTTPD_TIMEOUT_MIN_MS,
	.max	= KHTTPD_TIMEOUT_MAX_MS,
};

static struct netlink_range_validation khttpd_a_limits_connections_range = {
	.min	= 1ULL,
	.max	= KHTTPD_CONNECTIONS_MAX,
};

static struct netlink_range_validation khttpd_a_limits_line_bytes_range = {
	.min	= KHTTPD_LINE_BYTES_MIN,
	.max	= KHTTPD_HEAD_BYTES_MAX,
};

static struct netlink_range_validation khttpd_a_limits_head_bytes_range = {
	.min	= KHTTPD_HEAD_BYTES_MIN,
	.max	= KHTTPD_HEAD_BYTES_MAX,
};

/* Common nested types */
const struct nla_policy khttpd_limits_nl_policy[KHTTPD_A_LIMITS_REQUESTS + 1] = {
	[KHTTPD_A_LIMITS_CONNECTIONS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_connections_range),
	[KHTTPD_A_LIMITS_LINE_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_line_bytes_range),
	[KHTTPD_A_LIMITS_HEAD_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_head_bytes_range),
	[KHTTPD_A_LIMITS_FIELDS] = NLA_POLICY_RANGE(NLA_U32, 1, KHTTPD_FIELDS_MAX),
	[KHTTPD_A_LIMITS_BODY_BYTES] = { .type = NLA_U32, },
	[KHTTPD_A_LIMITS_REQUESTS] = { .type = NLA_U32, },
};

const struct nla_policy khttpd_listener_input_nl_policy[KHTTPD_A_LISTENER_BACKLOG + 1] = {
	[KHTTPD_A_LISTENER_ADDR4] = { .type = NLA_U32, },
	[KHTTPD_A_LISTENER_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[KHTTPD_A_LISTENER_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_port_range),
	[KHTTPD_A_LISTENER_V6ONLY] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_LISTENER_BACKLOG] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_backlog_range),
};

const struct nla_policy khttpd_server_input_nl_policy[KHTTPD_A_SERVER_GID + 1] = {
	[KHTTPD_A_SERVER_STATE] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_SERVER_EXPECT_GENERATION] = { .type = NLA_U64, },
	[KHTTPD_A_SERVER_ROOT] = { .type = NLA_NUL_STRING, .len = KHTTPD_PATH_MAX, },
	[KHTTPD_A_SERVER_UID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KHTTPD_A_SERVER_GID] = { .type = NLA_U32, },
};

const struct nla_policy khttpd_timeouts_nl_policy[KHTTPD_A_TIMEOUTS_LINGER_MS + 1] = {
	[KHTTPD_A_TIMEOUTS_HEAD_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_head_ms_range),
	[KHTTPD_A_TIMEOUTS_IDLE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_idle_ms_range),
	[KHTTPD_A_TIMEOUTS_SEND_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_send_ms_range),
	[KHTTPD_A_TIMEOUTS_LINGER_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_linger_ms_range),
};

const struct nla_policy khttpd_workqueue_input_nl_policy[KHTTPD_A_WORKQUEUE_MAX_ACTIVE + 1] = {
	[KHTTPD_A_WORKQUEUE_QUEUE] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_WORKQUEUE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[KHTTPD_A_WORKQUEUE_MAX_ACTIVE] = NLA_POLICY_MAX(NLA_U32, KHTTPD_MAX_ACTIVE_MAX),
};

/* KHTTPD_CMD_SERVER_SET - do */
const struct nla_policy khttpd_server_set_nl_policy[KHTTPD_A_CHANGE_LIMITS + 1] = {
	[KHTTPD_A_CHANGE_SERVER] = NLA_POLICY_NESTED(khttpd_server_input_nl_policy),
	[KHTTPD_A_CHANGE_LISTENER] = NLA_POLICY_NESTED(khttpd_listener_input_nl_policy),
	[KHTTPD_A_CHANGE_WORKQUEUE] = NLA_POLICY_NESTED(khttpd_workqueue_input_nl_policy),
	[KHTTPD_A_CHANGE_TIMEOUTS] = NLA_POLICY_NESTED(khttpd_timeouts_nl_policy),
	[KHTTPD_A_CHANGE_LIMITS] = NLA_POLICY_NESTED(khttpd_limits_nl_policy),
};
