/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	module/netlink/khttpd.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_KHTTPD_GEN_H
#define _LINUX_KHTTPD_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/khttpd.h>

/* Common nested types */
extern const struct nla_policy khttpd_access_nl_policy[KHTTPD_A_ACCESS_DENY + 1];
extern const struct nla_policy khttpd_block_nl_policy[KHTTPD_A_BLOCK_PREFIX_LEN + 1];
extern const struct nla_policy khttpd_cache_nl_policy[KHTTPD_A_CACHE_FAST + 1];
extern const struct nla_policy khttpd_compression_nl_policy[KHTTPD_A_COMPRESSION_AT_ONCE + 1];
extern const struct nla_policy khttpd_error_page_nl_policy[KHTTPD_A_ERROR_PAGE_PATH + 1];
extern const struct nla_policy khttpd_field_nl_policy[KHTTPD_A_FIELD_VALUE + 1];
extern const struct nla_policy khttpd_filter_nl_policy[KHTTPD_A_FILTER_MIN_AGE_MS + 1];
extern const struct nla_policy khttpd_limits_nl_policy[KHTTPD_A_LIMITS_CLIENT_BYTES + 1];
extern const struct nla_policy khttpd_listener_input_nl_policy[KHTTPD_A_LISTENER_DEVICE + 1];
extern const struct nla_policy khttpd_log_nl_policy[KHTTPD_A_LOG_KBYTES + 1];
extern const struct nla_policy khttpd_mime_nl_policy[KHTTPD_A_MIME_EXTENSION + 1];
extern const struct nla_policy khttpd_rule_nl_policy[KHTTPD_A_RULE_READINESS + 1];
extern const struct nla_policy khttpd_server_input_nl_policy[KHTTPD_A_SERVER_DRAIN + 1];
extern const struct nla_policy khttpd_timeouts_nl_policy[KHTTPD_A_TIMEOUTS_DRAIN_MS + 1];
extern const struct nla_policy khttpd_vhost_nl_policy[KHTTPD_A_VHOST_ACCESS + 1];
extern const struct nla_policy khttpd_workqueue_input_nl_policy[KHTTPD_A_WORKQUEUE_MAX_ACTIVE + 1];

/* Requests */
extern const struct nla_policy khttpd_server_set_nl_policy[KHTTPD_A_CHANGE_LOG + 1];
extern const struct nla_policy khttpd_cache_flush_nl_policy[KHTTPD_A_FLUSH_PREFIX + 1];
extern const struct nla_policy khttpd_connection_get_nl_policy[KHTTPD_A_MSG_FILTER + 1];
extern const struct nla_policy khttpd_connection_kill_nl_policy[KHTTPD_A_MSG_FILTER + 1];

#endif /* _LINUX_KHTTPD_GEN_H */
