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

static struct netlink_range_validation khttpd_a_listener_fast_open_range = {
	.max	= KHTTPD_BACKLOG_MAX,
};

static struct netlink_range_validation khttpd_a_listener_send_bytes_range = {
	.max	= KHTTPD_BUFFER_BYTES_MAX,
};

static struct netlink_range_validation khttpd_a_listener_receive_bytes_range = {
	.max	= KHTTPD_BUFFER_BYTES_MAX,
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

static struct netlink_range_validation khttpd_a_timeouts_drain_ms_range = {
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

static struct netlink_range_validation khttpd_a_limits_client_connections_range = {
	.max	= KHTTPD_CONNECTIONS_MAX,
};

static struct netlink_range_validation khttpd_a_limits_client_connects_range = {
	.max	= KHTTPD_CLIENT_RATE_MAX,
};

static struct netlink_range_validation khttpd_a_limits_client_requests_range = {
	.max	= KHTTPD_CLIENT_RATE_MAX,
};

static struct netlink_range_validation khttpd_a_cache_body_bytes_range = {
	.max	= KHTTPD_CACHE_BODY_BYTES_MAX,
};

static struct netlink_range_validation khttpd_a_compression_min_bytes_range = {
	.max	= KHTTPD_COMPRESSION_BYTES_MAX,
};

static struct netlink_range_validation khttpd_a_compression_max_bytes_range = {
	.max	= KHTTPD_COMPRESSION_BYTES_MAX,
};

static struct netlink_range_validation khttpd_a_log_kbytes_range = {
	.min	= KHTTPD_LOG_KBYTES_MIN,
	.max	= KHTTPD_LOG_KBYTES_MAX,
};

static struct netlink_range_validation khttpd_a_rule_expires_s_range = {
	.max	= KHTTPD_EXPIRES_MAX_S,
};

static struct netlink_range_validation khttpd_a_filter_port_min_range = {
	.max	= 65535ULL,
};

static struct netlink_range_validation khttpd_a_filter_port_max_range = {
	.max	= 65535ULL,
};

static struct netlink_range_validation khttpd_a_filter_local_port_range = {
	.max	= 65535ULL,
};

/* Common nested types */
const struct nla_policy khttpd_access_nl_policy[KHTTPD_A_ACCESS_DENY + 1] = {
	[KHTTPD_A_ACCESS_ALLOW] = NLA_POLICY_NESTED(khttpd_block_nl_policy),
	[KHTTPD_A_ACCESS_DENY] = NLA_POLICY_NESTED(khttpd_block_nl_policy),
};

const struct nla_policy khttpd_block_nl_policy[KHTTPD_A_BLOCK_PREFIX_LEN + 1] = {
	[KHTTPD_A_BLOCK_ADDR4] = { .type = NLA_U32, },
	[KHTTPD_A_BLOCK_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[KHTTPD_A_BLOCK_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
};

const struct nla_policy khttpd_cache_nl_policy[KHTTPD_A_CACHE_FAST + 1] = {
	[KHTTPD_A_CACHE_KBYTES] = { .type = NLA_U32, },
	[KHTTPD_A_CACHE_BODY_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_cache_body_bytes_range),
	[KHTTPD_A_CACHE_FAST] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy khttpd_compression_nl_policy[KHTTPD_A_COMPRESSION_AT_ONCE + 1] = {
	[KHTTPD_A_COMPRESSION_ENABLED] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_COMPRESSION_MIN_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_compression_min_bytes_range),
	[KHTTPD_A_COMPRESSION_MAX_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_compression_max_bytes_range),
	[KHTTPD_A_COMPRESSION_LEVEL] = NLA_POLICY_RANGE(NLA_U32, 1, KHTTPD_COMPRESSION_LEVEL_MAX),
	[KHTTPD_A_COMPRESSION_AT_ONCE] = NLA_POLICY_RANGE(NLA_U32, 1, KHTTPD_COMPRESSIONS_MAX),
};

const struct nla_policy khttpd_error_page_nl_policy[KHTTPD_A_ERROR_PAGE_PATH + 1] = {
	[KHTTPD_A_ERROR_PAGE_STATUS] = NLA_POLICY_RANGE(NLA_U32, 400, 599),
	[KHTTPD_A_ERROR_PAGE_PATH] = { .type = NLA_NUL_STRING, .len = KHTTPD_PATH_MAX, },
};

const struct nla_policy khttpd_field_nl_policy[KHTTPD_A_FIELD_VALUE + 1] = {
	[KHTTPD_A_FIELD_NAME] = { .type = NLA_NUL_STRING, .len = KHTTPD_NAME_MAX, },
	[KHTTPD_A_FIELD_VALUE] = { .type = NLA_NUL_STRING, .len = KHTTPD_VALUE_MAX, },
};

const struct nla_policy khttpd_filter_nl_policy[KHTTPD_A_FILTER_MIN_AGE_MS + 1] = {
	[KHTTPD_A_FILTER_ADDR4] = { .type = NLA_U32, },
	[KHTTPD_A_FILTER_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[KHTTPD_A_FILTER_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
	[KHTTPD_A_FILTER_PORT_MIN] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_filter_port_min_range),
	[KHTTPD_A_FILTER_PORT_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_filter_port_max_range),
	[KHTTPD_A_FILTER_LOCAL_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_filter_local_port_range),
	[KHTTPD_A_FILTER_STATES] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[KHTTPD_A_FILTER_MIN_AGE_MS] = { .type = NLA_U64, },
};

const struct nla_policy khttpd_limits_nl_policy[KHTTPD_A_LIMITS_CLIENT_BYTES + 1] = {
	[KHTTPD_A_LIMITS_CONNECTIONS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_connections_range),
	[KHTTPD_A_LIMITS_LINE_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_line_bytes_range),
	[KHTTPD_A_LIMITS_HEAD_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_head_bytes_range),
	[KHTTPD_A_LIMITS_FIELDS] = NLA_POLICY_RANGE(NLA_U32, 1, KHTTPD_FIELDS_MAX),
	[KHTTPD_A_LIMITS_BODY_BYTES] = { .type = NLA_U32, },
	[KHTTPD_A_LIMITS_REQUESTS] = { .type = NLA_U32, },
	[KHTTPD_A_LIMITS_CLIENT_CONNECTIONS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_client_connections_range),
	[KHTTPD_A_LIMITS_CLIENT_CONNECTS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_client_connects_range),
	[KHTTPD_A_LIMITS_CLIENT_REQUESTS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_limits_client_requests_range),
	[KHTTPD_A_LIMITS_CLIENT_BYTES] = { .type = NLA_U32, },
};

const struct nla_policy khttpd_listener_input_nl_policy[KHTTPD_A_LISTENER_DEVICE + 1] = {
	[KHTTPD_A_LISTENER_ADDR4] = { .type = NLA_U32, },
	[KHTTPD_A_LISTENER_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[KHTTPD_A_LISTENER_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_port_range),
	[KHTTPD_A_LISTENER_V6ONLY] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_LISTENER_BACKLOG] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_backlog_range),
	[KHTTPD_A_LISTENER_SOCKETS] = NLA_POLICY_MAX(NLA_U32, KHTTPD_SOCKETS_MAX),
	[KHTTPD_A_LISTENER_DEFER_ACCEPT_S] = NLA_POLICY_MAX(NLA_U32, KHTTPD_DEFER_ACCEPT_S_MAX),
	[KHTTPD_A_LISTENER_FAST_OPEN] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_fast_open_range),
	[KHTTPD_A_LISTENER_SEND_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_send_bytes_range),
	[KHTTPD_A_LISTENER_RECEIVE_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_listener_receive_bytes_range),
	[KHTTPD_A_LISTENER_DEVICE] = { .type = NLA_NUL_STRING, .len = KHTTPD_DEVICE_MAX, },
};

const struct nla_policy khttpd_log_nl_policy[KHTTPD_A_LOG_KBYTES + 1] = {
	[KHTTPD_A_LOG_ACCESS] = NLA_POLICY_MAX(NLA_U32, 2),
	[KHTTPD_A_LOG_FORMAT] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_LOG_KBYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_log_kbytes_range),
};

const struct nla_policy khttpd_mime_nl_policy[KHTTPD_A_MIME_EXTENSION + 1] = {
	[KHTTPD_A_MIME_TYPE] = { .type = NLA_NUL_STRING, .len = KHTTPD_NAME_MAX, },
	[KHTTPD_A_MIME_EXTENSION] = { .type = NLA_STRING, .len = KHTTPD_EXTENSION_MAX, },
};

const struct nla_policy khttpd_rule_nl_policy[KHTTPD_A_RULE_READINESS + 1] = {
	[KHTTPD_A_RULE_PREFIX] = { .type = NLA_NUL_STRING, .len = KHTTPD_PATH_MAX, },
	[KHTTPD_A_RULE_FIELD] = NLA_POLICY_NESTED(khttpd_field_nl_policy),
	[KHTTPD_A_RULE_REMOVE] = { .type = NLA_STRING, .len = KHTTPD_NAME_MAX, },
	[KHTTPD_A_RULE_CACHE_CONTROL] = { .type = NLA_NUL_STRING, .len = KHTTPD_VALUE_MAX, },
	[KHTTPD_A_RULE_EXPIRES_S] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_rule_expires_s_range),
	[KHTTPD_A_RULE_LISTING] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_RULE_REDIRECT] = { .type = NLA_NUL_STRING, .len = KHTTPD_VALUE_MAX, },
	[KHTTPD_A_RULE_REDIRECT_STATUS] = NLA_POLICY_RANGE(NLA_U32, 301, 308),
	[KHTTPD_A_RULE_ORIGIN] = { .type = NLA_STRING, .len = KHTTPD_VALUE_MAX, },
	[KHTTPD_A_RULE_ACCESS] = NLA_POLICY_NESTED(khttpd_access_nl_policy),
	[KHTTPD_A_RULE_READINESS] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy khttpd_server_input_nl_policy[KHTTPD_A_SERVER_DRAIN + 1] = {
	[KHTTPD_A_SERVER_STATE] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_SERVER_EXPECT_GENERATION] = { .type = NLA_U64, },
	[KHTTPD_A_SERVER_ROOT] = { .type = NLA_NUL_STRING, .len = KHTTPD_PATH_MAX, },
	[KHTTPD_A_SERVER_UID] = NLA_POLICY_MIN(NLA_U32, 1),
	[KHTTPD_A_SERVER_GID] = { .type = NLA_U32, },
	[KHTTPD_A_SERVER_DRAIN] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy khttpd_timeouts_nl_policy[KHTTPD_A_TIMEOUTS_DRAIN_MS + 1] = {
	[KHTTPD_A_TIMEOUTS_HEAD_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_head_ms_range),
	[KHTTPD_A_TIMEOUTS_IDLE_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_idle_ms_range),
	[KHTTPD_A_TIMEOUTS_SEND_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_send_ms_range),
	[KHTTPD_A_TIMEOUTS_LINGER_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_linger_ms_range),
	[KHTTPD_A_TIMEOUTS_DRAIN_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &khttpd_a_timeouts_drain_ms_range),
};

const struct nla_policy khttpd_vhost_nl_policy[KHTTPD_A_VHOST_ACCESS + 1] = {
	[KHTTPD_A_VHOST_NAME] = { .type = NLA_STRING, .len = KHTTPD_HOST_MAX, },
	[KHTTPD_A_VHOST_ROOT] = { .type = NLA_NUL_STRING, .len = KHTTPD_PATH_MAX, },
	[KHTTPD_A_VHOST_INDEX] = { .type = NLA_STRING, .len = KHTTPD_NAME_MAX, },
	[KHTTPD_A_VHOST_OPTIONS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[KHTTPD_A_VHOST_SYMLINKS] = NLA_POLICY_MAX(NLA_U32, 2),
	[KHTTPD_A_VHOST_CHARSET] = { .type = NLA_NUL_STRING, .len = KHTTPD_NAME_MAX, },
	[KHTTPD_A_VHOST_DEFAULT_TYPE] = { .type = NLA_NUL_STRING, .len = KHTTPD_NAME_MAX, },
	[KHTTPD_A_VHOST_ERROR_PAGE] = NLA_POLICY_NESTED(khttpd_error_page_nl_policy),
	[KHTTPD_A_VHOST_RULE] = NLA_POLICY_NESTED(khttpd_rule_nl_policy),
	[KHTTPD_A_VHOST_ACCESS] = NLA_POLICY_NESTED(khttpd_access_nl_policy),
};

const struct nla_policy khttpd_workqueue_input_nl_policy[KHTTPD_A_WORKQUEUE_MAX_ACTIVE + 1] = {
	[KHTTPD_A_WORKQUEUE_QUEUE] = NLA_POLICY_MAX(NLA_U32, 1),
	[KHTTPD_A_WORKQUEUE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[KHTTPD_A_WORKQUEUE_MAX_ACTIVE] = NLA_POLICY_MAX(NLA_U32, KHTTPD_MAX_ACTIVE_MAX),
};

/* KHTTPD_CMD_SERVER_SET - do */
const struct nla_policy khttpd_server_set_nl_policy[KHTTPD_A_CHANGE_LOG + 1] = {
	[KHTTPD_A_CHANGE_SERVER] = NLA_POLICY_NESTED(khttpd_server_input_nl_policy),
	[KHTTPD_A_CHANGE_LISTENER] = NLA_POLICY_NESTED(khttpd_listener_input_nl_policy),
	[KHTTPD_A_CHANGE_WORKQUEUE] = NLA_POLICY_NESTED(khttpd_workqueue_input_nl_policy),
	[KHTTPD_A_CHANGE_TIMEOUTS] = NLA_POLICY_NESTED(khttpd_timeouts_nl_policy),
	[KHTTPD_A_CHANGE_LIMITS] = NLA_POLICY_NESTED(khttpd_limits_nl_policy),
	[KHTTPD_A_CHANGE_CLEAR] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[KHTTPD_A_CHANGE_VHOST] = NLA_POLICY_NESTED(khttpd_vhost_nl_policy),
	[KHTTPD_A_CHANGE_MIME] = NLA_POLICY_NESTED(khttpd_mime_nl_policy),
	[KHTTPD_A_CHANGE_CACHE] = NLA_POLICY_NESTED(khttpd_cache_nl_policy),
	[KHTTPD_A_CHANGE_COMPRESSION] = NLA_POLICY_NESTED(khttpd_compression_nl_policy),
	[KHTTPD_A_CHANGE_LOG] = NLA_POLICY_NESTED(khttpd_log_nl_policy),
};

/* KHTTPD_CMD_CACHE_FLUSH - do */
const struct nla_policy khttpd_cache_flush_nl_policy[KHTTPD_A_FLUSH_PREFIX + 1] = {
	[KHTTPD_A_FLUSH_VHOST] = { .type = NLA_NUL_STRING, .len = KHTTPD_HOST_MAX, },
	[KHTTPD_A_FLUSH_PREFIX] = { .type = NLA_NUL_STRING, .len = KHTTPD_PATH_MAX, },
};

/* KHTTPD_CMD_CONNECTION_GET - dump */
const struct nla_policy khttpd_connection_get_nl_policy[KHTTPD_A_MSG_FILTER + 1] = {
	[KHTTPD_A_MSG_FILTER] = NLA_POLICY_NESTED(khttpd_filter_nl_policy),
};

/* KHTTPD_CMD_CONNECTION_KILL - do */
const struct nla_policy khttpd_connection_kill_nl_policy[KHTTPD_A_MSG_FILTER + 1] = {
	[KHTTPD_A_MSG_FILTER] = NLA_POLICY_NESTED(khttpd_filter_nl_policy),
};
