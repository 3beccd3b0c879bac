// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/host_codec.h"

#include "netlink/nest.h"

namespace khttpd::netlink {
namespace {

constexpr auto vhost_policy = [] {
    Policy<KHTTPD_A_VHOST_MAX> policy{};
    policy[KHTTPD_A_VHOST_NAME] = string;
    policy[KHTTPD_A_VHOST_ROOT] = string;
    policy[KHTTPD_A_VHOST_INDEX] = string;
    policy[KHTTPD_A_VHOST_OPTIONS] = u32;
    policy[KHTTPD_A_VHOST_SYMLINKS] = u32;
    policy[KHTTPD_A_VHOST_CHARSET] = string;
    policy[KHTTPD_A_VHOST_DEFAULT_TYPE] = string;
    policy[KHTTPD_A_VHOST_ERROR_PAGE] = nest;
    policy[KHTTPD_A_VHOST_RULE] = nest;
    policy[KHTTPD_A_VHOST_ACCESS] = nest;
    return policy;
}();

constexpr auto rule_policy = [] {
    Policy<KHTTPD_A_RULE_MAX> policy{};
    policy[KHTTPD_A_RULE_PREFIX] = string;
    policy[KHTTPD_A_RULE_FIELD] = nest;
    policy[KHTTPD_A_RULE_REMOVE] = string;
    policy[KHTTPD_A_RULE_CACHE_CONTROL] = string;
    policy[KHTTPD_A_RULE_EXPIRES_S] = u32;
    policy[KHTTPD_A_RULE_LISTING] = u32;
    policy[KHTTPD_A_RULE_REDIRECT] = string;
    policy[KHTTPD_A_RULE_REDIRECT_STATUS] = u32;
    policy[KHTTPD_A_RULE_ORIGIN] = string;
    policy[KHTTPD_A_RULE_ACCESS] = nest;
    policy[KHTTPD_A_RULE_READINESS] = u32;
    return policy;
}();

constexpr auto field_policy = [] {
    Policy<KHTTPD_A_FIELD_MAX> policy{};
    policy[KHTTPD_A_FIELD_NAME] = string;
    policy[KHTTPD_A_FIELD_VALUE] = string;
    return policy;
}();

constexpr auto error_page_policy = [] {
    Policy<KHTTPD_A_ERROR_PAGE_MAX> policy{};
    policy[KHTTPD_A_ERROR_PAGE_STATUS] = u32;
    policy[KHTTPD_A_ERROR_PAGE_PATH] = string;
    return policy;
}();

constexpr auto block_policy = [] {
    Policy<KHTTPD_A_BLOCK_MAX> policy{};
    policy[KHTTPD_A_BLOCK_ADDR4] = u32;
    policy[KHTTPD_A_BLOCK_ADDR6] = address6;
    policy[KHTTPD_A_BLOCK_PREFIX_LEN] = u32;
    return policy;
}();

constexpr std::size_t u32_bytes = NLA_HDRLEN + sizeof(std::uint32_t);

std::size_t bytes(const std::optional<std::string> &text) {
    return text ? string_bytes(*text) : 0;
}

std::size_t bytes(const std::vector<std::string> &list) {
    std::size_t sum = 0;
    for (const std::string &text : list)
        sum += string_bytes(text);
    return sum;
}

std::size_t bytes(const std::vector<Block> &blocks) {
    std::size_t sum = 0;
    for (const Block &block : blocks)
        sum += NLA_HDRLEN + NLA_HDRLEN + (block.address.is_v6() ? 16 : 4) + u32_bytes;
    return sum;
}

std::size_t bytes(const Rule &rule) {
    std::size_t sum = NLA_HDRLEN + string_bytes(rule.prefix) + bytes(rule.remove) +
                      bytes(rule.cache_control) + bytes(rule.redirect);
    for (const Field &field : rule.fields)
        sum += NLA_HDRLEN + string_bytes(field.name) + string_bytes(field.value);
    if (rule.origins)
        sum += bytes(*rule.origins);
    if (rule.allow && rule.deny)
        sum += NLA_HDRLEN + bytes(*rule.allow) + bytes(*rule.deny);
    for (const bool given : {rule.expires_s.has_value(), rule.listing.has_value(),
                             rule.redirect_status.has_value(), rule.readiness.has_value()})
        sum += given ? u32_bytes : 0;
    return sum;
}

/// What stands for the index names of @host in a message: no name at all would mean the default.
std::vector<std::string> index_names(const Host &host) {
    return host.indexes.empty() ? std::vector<std::string>{""} : host.indexes;
}

void put_strings(Message &message, int type, const std::vector<std::string> &list) {
    for (const std::string &text : list)
        message.put_string(type, text);
}

void put_blocks(Message &message, int type, const std::vector<Block> &blocks) {
    for (const Block &block : blocks)
        message.nest(type, [&] {
            const bool v6 = block.address.is_v6();
            message.put_bytes(v6 ? KHTTPD_A_BLOCK_ADDR6 : KHTTPD_A_BLOCK_ADDR4,
                              block.address.bytes(), v6 ? 16 : 4);
            message.put_u32(KHTTPD_A_BLOCK_PREFIX_LEN, block.prefix);
        });
}

void put_access(Message &message, int type, const std::vector<Block> &allow,
                const std::vector<Block> &deny) {
    message.nest(type, [&] {
        put_blocks(message, KHTTPD_A_ACCESS_ALLOW, allow);
        put_blocks(message, KHTTPD_A_ACCESS_DENY, deny);
    });
}

void put_rule(Message &message, const Rule &rule) {
    message.put_string(KHTTPD_A_RULE_PREFIX, rule.prefix);
    for (const Field &field : rule.fields)
        message.nest(KHTTPD_A_RULE_FIELD, [&] {
            message.put_string(KHTTPD_A_FIELD_NAME, field.name);
            message.put_string(KHTTPD_A_FIELD_VALUE, field.value);
        });
    put_strings(message, KHTTPD_A_RULE_REMOVE, rule.remove);
    if (rule.cache_control)
        message.put_string(KHTTPD_A_RULE_CACHE_CONTROL, *rule.cache_control);
    if (rule.expires_s)
        message.put_u32(KHTTPD_A_RULE_EXPIRES_S, *rule.expires_s);
    if (rule.listing)
        message.put_u32(KHTTPD_A_RULE_LISTING, *rule.listing);
    if (rule.redirect)
        message.put_string(KHTTPD_A_RULE_REDIRECT, *rule.redirect);
    if (rule.redirect_status)
        message.put_u32(KHTTPD_A_RULE_REDIRECT_STATUS, *rule.redirect_status);
    if (rule.origins)
        put_strings(message, KHTTPD_A_RULE_ORIGIN, *rule.origins);
    if (rule.allow && rule.deny)
        put_access(message, KHTTPD_A_RULE_ACCESS, *rule.allow, *rule.deny);
    if (rule.readiness)
        message.put_u32(KHTTPD_A_RULE_READINESS, *rule.readiness);
}

/// Calls @take for each attribute of @type until one is malformed.
template<typename Take>
bool take_each(nlattr *parent, int type, Take take) {
    nlattr *inner;
    int left;
    nla_for_each_nested(inner, parent, left) {
        if (nla_type(inner) == type && !take(inner))
            return false;
    }
    return true;
}

bool take_block(std::vector<Block> &blocks, nlattr *attribute) {
    const Nest<KHTTPD_A_BLOCK_MAX> nest{attribute, block_policy};
    const bool v6 = nest.has(KHTTPD_A_BLOCK_ADDR6);
    if (!nest.valid() || (!v6 && !nest.has(KHTTPD_A_BLOCK_ADDR4)))
        return false;
    const nlattr *address = nest[v6 ? KHTTPD_A_BLOCK_ADDR6 : KHTTPD_A_BLOCK_ADDR4];
    blocks.push_back(
        {Address::from_bytes(nla_data(address), v6), nest.number(KHTTPD_A_BLOCK_PREFIX_LEN)});
    return true;
}

bool take_access(std::vector<Block> &allow, std::vector<Block> &deny, nlattr *attribute) {
    const auto into = [](std::vector<Block> &blocks) {
        return [&](nlattr *inner) { return take_block(blocks, inner); };
    };
    return take_each(attribute, KHTTPD_A_ACCESS_ALLOW, into(allow)) &&
           take_each(attribute, KHTTPD_A_ACCESS_DENY, into(deny));
}

bool take_rule(Rule &rule, nlattr *attribute) {
    const Nest<KHTTPD_A_RULE_MAX> nest{attribute, rule_policy};
    if (!nest.valid() || !nest.has(KHTTPD_A_RULE_PREFIX))
        return false;
    const auto text = [&](int type) {
        return nest.has(type) ? std::optional{nest.text(type)} : std::nullopt;
    };
    const auto number = [&](int type) {
        return nest.has(type) ? std::optional{nest.number(type)} : std::nullopt;
    };
    rule.prefix = nest.text(KHTTPD_A_RULE_PREFIX);
    rule.remove = texts_of(attribute, KHTTPD_A_RULE_REMOVE);
    rule.cache_control = text(KHTTPD_A_RULE_CACHE_CONTROL);
    rule.expires_s = number(KHTTPD_A_RULE_EXPIRES_S);
    if (const auto listing = number(KHTTPD_A_RULE_LISTING))
        rule.listing = *listing != 0;
    rule.redirect = text(KHTTPD_A_RULE_REDIRECT);
    rule.redirect_status = number(KHTTPD_A_RULE_REDIRECT_STATUS);
    if (nest.number(KHTTPD_A_RULE_READINESS) != 0)
        rule.readiness = true;
    if (nest.has(KHTTPD_A_RULE_ORIGIN))
        rule.origins = texts_of(attribute, KHTTPD_A_RULE_ORIGIN);
    const auto access = [&](nlattr *inner) {
        return take_access(rule.allow.emplace(), rule.deny.emplace(), inner);
    };
    if (!take_each(attribute, KHTTPD_A_RULE_ACCESS, access))
        return false;
    return take_each(attribute, KHTTPD_A_RULE_FIELD, [&](nlattr *inner) {
        const Nest<KHTTPD_A_FIELD_MAX> field{inner, field_policy};
        rule.fields.push_back({field.text(KHTTPD_A_FIELD_NAME), field.text(KHTTPD_A_FIELD_VALUE)});
        return field.valid();
    });
}

} // namespace

std::size_t host_bytes(const Host &host) {
    std::size_t sum = NLA_HDRLEN + bytes(host.names) + bytes(index_names(host)) + 2 * u32_bytes +
                      string_bytes(host.charset) + string_bytes(host.default_type);
    if (!host.root.empty())
        sum += string_bytes(host.root);
    for (const auto &[status, path] : host.error_pages)
        sum += NLA_HDRLEN + u32_bytes + string_bytes(path);
    for (const Rule &rule : host.rules)
        sum += bytes(rule);
    if (!host.allow.empty() || !host.deny.empty())
        sum += NLA_HDRLEN + bytes(host.allow) + bytes(host.deny);
    return sum;
}

void put_host(Message &message, const Host &host) {
    message.nest(KHTTPD_A_CHANGE_VHOST, [&] {
        put_strings(message, KHTTPD_A_VHOST_NAME, host.names);
        if (!host.root.empty())
            message.put_string(KHTTPD_A_VHOST_ROOT, host.root);
        put_strings(message, KHTTPD_A_VHOST_INDEX, index_names(host));
        message.put_u32(KHTTPD_A_VHOST_OPTIONS, host.options);
        message.put_u32(KHTTPD_A_VHOST_SYMLINKS, host.symlinks);
        message.put_string(KHTTPD_A_VHOST_CHARSET, host.charset);
        message.put_string(KHTTPD_A_VHOST_DEFAULT_TYPE, host.default_type);
        for (const auto &[status, path] : host.error_pages)
            message.nest(KHTTPD_A_VHOST_ERROR_PAGE, [&, status = status, path = path] {
                message.put_u32(KHTTPD_A_ERROR_PAGE_STATUS, status);
                message.put_string(KHTTPD_A_ERROR_PAGE_PATH, path);
            });
        for (const Rule &rule : host.rules)
            message.nest(KHTTPD_A_VHOST_RULE, [&] { put_rule(message, rule); });
        if (!host.allow.empty() || !host.deny.empty())
            put_access(message, KHTTPD_A_VHOST_ACCESS, host.allow, host.deny);
    });
}

bool take_host(Host &host, nlattr *attribute) {
    const Nest<KHTTPD_A_VHOST_MAX> nest{attribute, vhost_policy};
    if (!nest.valid() || nest.number(KHTTPD_A_VHOST_SYMLINKS) >= symlinks_names().size())
        return false;
    host.names = texts_of(attribute, KHTTPD_A_VHOST_NAME);
    host.root = nest.text(KHTTPD_A_VHOST_ROOT);
    if (nest.has(KHTTPD_A_VHOST_INDEX))
        host.indexes = texts_of(attribute, KHTTPD_A_VHOST_INDEX);
    std::erase(host.indexes, "");
    host.options = nest.number(KHTTPD_A_VHOST_OPTIONS, host.options);
    host.symlinks =
        static_cast<khttpd_symlinks>(nest.number(KHTTPD_A_VHOST_SYMLINKS, host.symlinks));
    if (nest.has(KHTTPD_A_VHOST_CHARSET))
        host.charset = nest.text(KHTTPD_A_VHOST_CHARSET);
    if (nest.has(KHTTPD_A_VHOST_DEFAULT_TYPE))
        host.default_type = nest.text(KHTTPD_A_VHOST_DEFAULT_TYPE);
    const bool pages = take_each(attribute, KHTTPD_A_VHOST_ERROR_PAGE, [&](nlattr *inner) {
        const Nest<KHTTPD_A_ERROR_PAGE_MAX> page{inner, error_page_policy};
        host.error_pages[page.number(KHTTPD_A_ERROR_PAGE_STATUS)] =
            page.text(KHTTPD_A_ERROR_PAGE_PATH);
        return page.valid();
    });
    const bool rules = take_each(attribute, KHTTPD_A_VHOST_RULE, [&](nlattr *inner) {
        return take_rule(host.rules.emplace_back(), inner);
    });
    return pages && rules && take_each(attribute, KHTTPD_A_VHOST_ACCESS, [&](nlattr *inner) {
               return take_access(host.allow, host.deny, inner);
           });
}

} // namespace khttpd::netlink
