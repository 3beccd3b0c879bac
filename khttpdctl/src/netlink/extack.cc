// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/extack.h"

#include <linux/khttpd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "model/settings.h"
#include "netlink/nest.h"

namespace khttpd::netlink {
namespace {

/// Name of an attribute within a nest of server-set, after the configuration file.
std::string_view leaf_name(int nest, int type) {
    for (const Number &number : numbers())
        if (number.nest == nest && number.attribute == type)
            return number.leaf();

    switch (nest) {
    case KHTTPD_A_CHANGE_SERVER:
        switch (type) {
        case KHTTPD_A_SERVER_STATE:
            return "state";
        case KHTTPD_A_SERVER_EXPECT_GENERATION:
            return "expect-generation";
        case KHTTPD_A_SERVER_ROOT:
            return "root";
        case KHTTPD_A_SERVER_UID:
            return "user";
        case KHTTPD_A_SERVER_GID:
            return "group";
        case KHTTPD_A_SERVER_DRAIN:
            return "drain";
        }
        break;
    case KHTTPD_A_CHANGE_LISTENER:
        switch (type) {
        case KHTTPD_A_LISTENER_ADDR4:
        case KHTTPD_A_LISTENER_ADDR6:
            return "address";
        case KHTTPD_A_LISTENER_PORT:
            return "port";
        case KHTTPD_A_LISTENER_V6ONLY:
            return "v6only";
        case KHTTPD_A_LISTENER_DEVICE:
            return "device";
        }
        for (const ListenerNumber &number : listener_numbers)
            if (type == number.attribute)
                return number.name;
        break;
    case KHTTPD_A_CHANGE_WORKQUEUE:
        if (type == KHTTPD_A_WORKQUEUE_QUEUE)
            return "queue";
        break;
    }
    return {};
}

std::string workqueue_name(nlattr *nest, int index) {
    const nlattr *queue =
        nla_find(static_cast<nlattr *>(nla_data(nest)), nla_len(nest), KHTTPD_A_WORKQUEUE_QUEUE);
    if (queue != nullptr && nla_get_u32(queue) == KHTTPD_QUEUE_HOT)
        return "workqueue.hot";
    if (queue != nullptr && nla_get_u32(queue) == KHTTPD_QUEUE_COLD)
        return "workqueue.cold";
    return fmt::format("workqueue[{}]", index);
}

/// Name of the @index-th nest of its type.
std::string nest_name(nlattr *nest, int index) {
    switch (nla_type(nest)) {
    case KHTTPD_A_CHANGE_SERVER:
        return "server";
    case KHTTPD_A_CHANGE_LISTENER:
        return fmt::format("listener[{}]", index);
    case KHTTPD_A_CHANGE_WORKQUEUE:
        return workqueue_name(nest, index);
    case KHTTPD_A_CHANGE_TIMEOUTS:
        return "timeouts";
    case KHTTPD_A_CHANGE_LIMITS:
        return "limits";
    case KHTTPD_A_CHANGE_CACHE:
        return "cache";
    case KHTTPD_A_CHANGE_COMPRESSION:
        return "compression";
    case KHTTPD_A_CHANGE_LOG:
        return "log";
    }
    return {};
}

std::string join(std::string nest, std::string_view leaf) {
    return leaf.empty() ? nest : fmt::format("{}.{}", nest, leaf);
}

/// The string in the first attribute of @type within @nest; empty where there is none.
std::string text_in(nlattr *nest, int type) {
    const nlattr *found = nla_find(static_cast<nlattr *>(nla_data(nest)), nla_len(nest), type);
    return found != nullptr ? text_of(found) : std::string{};
}

/// The attribute within @nest that @place is in, or nullptr.
nlattr *attribute_at(nlattr *nest, const char *place) {
    nlattr *inner;
    int left;
    nla_for_each_nested(inner, nest, left) {
        const auto *start = reinterpret_cast<const char *>(inner);
        if (place >= start && place < start + nla_total_size(nla_len(inner)))
            return inner;
    }
    return nullptr;
}

/// Name of the list that stands at @place in the nest of an access rule.
std::string_view name_in_access(nlattr *nest, const char *place) {
    nlattr *inner = attribute_at(nest, place);
    return inner != nullptr && nla_type(inner) == KHTTPD_A_ACCESS_DENY ? "deny" : "allow";
}

/// Name of what stands at @place in the nest of a rule, which is called @rule.
std::string name_in_rule(nlattr *nest, const std::string &rule, const char *place) {
    nlattr *inner = attribute_at(nest, place);
    switch (inner != nullptr ? nla_type(inner) : 0) {
    case KHTTPD_A_RULE_FIELD:
        return join(join(rule, "fields"), text_in(inner, KHTTPD_A_FIELD_NAME));
    case KHTTPD_A_RULE_PREFIX:
        return join(rule, "prefix");
    case KHTTPD_A_RULE_REMOVE:
        return join(rule, "remove");
    case KHTTPD_A_RULE_CACHE_CONTROL:
        return join(rule, "cache-control");
    case KHTTPD_A_RULE_EXPIRES_S:
        return join(rule, "expires");
    case KHTTPD_A_RULE_LISTING:
        return join(rule, "listing");
    case KHTTPD_A_RULE_REDIRECT:
        return join(rule, "redirect");
    case KHTTPD_A_RULE_REDIRECT_STATUS:
        return join(rule, "status");
    case KHTTPD_A_RULE_ORIGIN:
        return join(rule, "origins");
    case KHTTPD_A_RULE_ACCESS:
        return join(rule, name_in_access(inner, place));
    case KHTTPD_A_RULE_READINESS:
        return join(rule, "readiness");
    }
    return rule;
}

std::string name_of_error_page(nlattr *page) {
    const nlattr *status =
        nla_find(static_cast<nlattr *>(nla_data(page)), nla_len(page), KHTTPD_A_ERROR_PAGE_STATUS);
    return status != nullptr ? fmt::format("error-pages.{}", nla_get_u32(status)) : "error-pages";
}

/// Name of what stands at @place in the nest of a host.
std::string name_in_host(nlattr *nest, const char *place) {
    Host host;
    if (auto name = text_in(nest, KHTTPD_A_VHOST_NAME); !name.empty())
        host.names.push_back(std::move(name));
    nlattr *inner = attribute_at(nest, place);
    switch (inner != nullptr ? nla_type(inner) : 0) {
    case KHTTPD_A_VHOST_NAME:
        return join(host.key(), "names");
    case KHTTPD_A_VHOST_ROOT:
        return join(host.key(), "root");
    case KHTTPD_A_VHOST_INDEX:
        return join(host.key(), "index");
    case KHTTPD_A_VHOST_SYMLINKS:
        return join(host.key(), "symlinks");
    case KHTTPD_A_VHOST_CHARSET:
        return join(host.key(), "charset");
    case KHTTPD_A_VHOST_DEFAULT_TYPE:
        return join(host.key(), "default-type");
    case KHTTPD_A_VHOST_ERROR_PAGE:
        return join(host.key(), name_of_error_page(inner));
    case KHTTPD_A_VHOST_RULE:
        return name_in_rule(inner, rule_key(host.names, text_in(inner, KHTTPD_A_RULE_PREFIX)),
                            place);
    case KHTTPD_A_VHOST_ACCESS:
        return join(host.key(), name_in_access(inner, place));
    }
    return host.key();
}

/// Name of what stands at @place in the @index-th nest of its type.
std::string name_in_nest(nlattr *nest, int index, const char *place) {
    switch (nla_type(nest)) {
    case KHTTPD_A_CHANGE_VHOST:
        return name_in_host(nest, place);
    case KHTTPD_A_CHANGE_MIME:
        return join("mime.types", text_in(nest, KHTTPD_A_MIME_TYPE));
    }
    std::string name = nest_name(nest, index);
    const nlattr *inner = attribute_at(nest, place);
    if (reinterpret_cast<const char *>(inner) == place)
        return join(std::move(name), leaf_name(nla_type(nest), nla_type(inner)));
    return name;
}

/// Name of what stands at @place in the filter of a connection-get or connection-kill, as the
/// command line calls it.
std::string name_in_filter(nlattr *filter, const char *place) {
    nlattr *inner = attribute_at(filter, place);
    switch (inner != nullptr ? nla_type(inner) : 0) {
    case KHTTPD_A_FILTER_ADDR4:
    case KHTTPD_A_FILTER_ADDR6:
    case KHTTPD_A_FILTER_PREFIX_LEN:
        return "from";
    case KHTTPD_A_FILTER_PORT_MIN:
    case KHTTPD_A_FILTER_PORT_MAX:
        return "port";
    case KHTTPD_A_FILTER_LOCAL_PORT:
        return "local-port";
    case KHTTPD_A_FILTER_STATES:
        return "state";
    case KHTTPD_A_FILTER_MIN_AGE_MS:
        return "older-than";
    }
    return {};
}

/// Calls visit(attribute, its offset, the number of earlier ones of its type) until that says true.
template<typename Visit>
bool find_nest(const Message &request, Visit visit) {
    std::map<int, int> seen;
    const auto *base = reinterpret_cast<const char *>(request.header());
    nlattr *attribute;
    int left;
    nla_for_each_attr(attribute, request.attributes(), request.attributes_length(), left) {
        const auto offset =
            static_cast<std::uint32_t>(reinterpret_cast<const char *>(attribute) - base);
        if (visit(attribute, offset, seen[nla_type(attribute)]++))
            return true;
    }
    return false;
}

/// Name of what stands at @wanted in a request that consists of nests.
std::string name_at(const Message &request, std::uint32_t wanted) {
    std::string name;
    find_nest(request, [&](nlattr *nest, std::uint32_t start, int index) {
        if (wanted < start || wanted >= start + nla_total_size(nla_len(nest)))
            return false;
        const char *place = reinterpret_cast<const char *>(request.header()) + wanted;
        name = request.command() == KHTTPD_CMD_SERVER_SET ? name_in_nest(nest, index, place)
                                                          : name_in_filter(nest, place);
        return true;
    });
    return name;
}

std::string name_of_missing(const Message &request, const Ack &ack) {
    const int type = static_cast<int>(*ack.missing_type);
    std::string name;
    if (!ack.missing_nest) {
        constexpr std::array<std::string_view, KHTTPD_A_CHANGE_MAX + 1> top = {
            "", "server", "listener", "workqueue", "timeouts",    "limits", "",
            "", "",       "",         "cache",     "compression", "",       "log"};
        return type <= KHTTPD_A_CHANGE_MAX ? std::string{top[type]} : std::string{};
    }
    find_nest(request, [&](nlattr *nest, std::uint32_t start, int index) {
        if (start != *ack.missing_nest)
            return false;
        name = join(nest_name(nest, index), leaf_name(nla_type(nest), type));
        return true;
    });
    return name;
}

/// Name of what a cache-flush has at @wanted, as the command line calls it.
std::string name_in_flush(const Message &request, std::uint32_t wanted) {
    std::string name;
    find_nest(request, [&](nlattr *attribute, std::uint32_t start, int) {
        if (start != wanted)
            return false;
        name = nla_type(attribute) == KHTTPD_A_FLUSH_VHOST ? "vhost" : "prefix";
        return true;
    });
    return name;
}

} // namespace

Ack parse_ack(const nlmsghdr *header) {
    const auto *data = static_cast<const char *>(nlmsg_data(header));
    const int length = nlmsg_datalen(header);
    Ack ack;
    int code = 0;
    if (length < static_cast<int>(sizeof(code)))
        return ack;
    std::memcpy(&code, data, sizeof(code));
    ack.error = std::abs(code);

    std::size_t skip = sizeof(code);
    if (header->nlmsg_type == NLMSG_ERROR) {
        nlmsgerr body;
        if (length < static_cast<int>(sizeof(body)))
            return ack;
        std::memcpy(&body, data, sizeof(body));
        // Unless capped, the whole request comes back before the attributes.
        const bool capped = header->nlmsg_flags & NLM_F_CAPPED;
        skip = sizeof(body) + (capped ? 0 : body.msg.nlmsg_len - NLMSG_HDRLEN);
    }
    skip = NLMSG_ALIGN(skip);
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || static_cast<std::size_t>(length) <= skip)
        return ack;

    std::array<nla_policy, NLMSGERR_ATTR_MAX + 1> policy{};
    policy[NLMSGERR_ATTR_MSG].type = NLA_STRING;
    policy[NLMSGERR_ATTR_OFFS].type = NLA_U32;
    policy[NLMSGERR_ATTR_MISS_TYPE].type = NLA_U32;
    policy[NLMSGERR_ATTR_MISS_NEST].type = NLA_U32;
    std::array<nlattr *, NLMSGERR_ATTR_MAX + 1> found{};
    auto *first = reinterpret_cast<nlattr *>(const_cast<char *>(data + skip));
    if (nla_parse(found.data(), NLMSGERR_ATTR_MAX, first, length - static_cast<int>(skip),
                  policy.data()) < 0)
        return ack;

    const auto number = [&](int type) -> std::optional<std::uint32_t> {
        if (found[type] == nullptr)
            return std::nullopt;
        return nla_get_u32(found[type]);
    };
    if (const nlattr *text = found[NLMSGERR_ATTR_MSG])
        ack.message.assign(static_cast<const char *>(nla_data(text)),
                           strnlen(static_cast<const char *>(nla_data(text)), nla_len(text)));
    ack.offset = number(NLMSGERR_ATTR_OFFS);
    ack.missing_type = number(NLMSGERR_ATTR_MISS_TYPE);
    ack.missing_nest = number(NLMSGERR_ATTR_MISS_NEST);
    return ack;
}

std::string attribute_at_fault(const Message &request, const Ack &ack) {
    switch (request.command()) {
    case KHTTPD_CMD_SERVER_SET:
        if (ack.missing_type)
            return name_of_missing(request, ack);
        return ack.offset ? name_at(request, *ack.offset) : std::string{};
    case KHTTPD_CMD_CACHE_FLUSH:
        return ack.offset ? name_in_flush(request, *ack.offset) : std::string{};
    case KHTTPD_CMD_CONNECTION_GET:
    case KHTTPD_CMD_CONNECTION_KILL:
        return ack.offset ? name_at(request, *ack.offset) : std::string{};
    }
    return {};
}

} // namespace khttpd::netlink
