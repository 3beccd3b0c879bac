// SPDX-License-Identifier: GPL-2.0
/* A rule of a virtual host, made of its netlink nest. */
#include "http/rule.h"
#include "maker.h"

static bool khttpd_string_equal(struct khttpd_string a, struct khttpd_string b)
{
	return a.len == b.len && !memcmp(a.s, b.s, a.len);
}

static int khttpd_rule_set_hide(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
				const struct nlattr *attr)
{
	struct khttpd_string name = khttpd_site_string(maker, attr);
	u8 hide = http_rule_hide(name.s, name.len);

	if (!hide)
		return khttpd_site_refuse(maker, attr, "not a field that can be removed");
	rule->hide |= hide;
	return 0;
}

static int khttpd_rule_set_prefix(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
				  const struct nlattr *attr)
{
	struct khttpd_string prefix = khttpd_site_string(maker, attr);
	u32 i;

	if (!http_rule_prefix_valid(prefix.s, prefix.len))
		return khttpd_site_refuse(maker, attr,
					  "a prefix is a path that begins with a slash, without empty or dot segments");
	for (i = 0; i < maker->site->nr_rules; i++) {
		struct khttpd_string other = {
			.s = maker->rules[i].prefix, .len = maker->rules[i].prefix_len,
		};

		if (khttpd_string_equal(prefix, other))
			return khttpd_site_refuse(maker, attr,
						  "two rules of a virtual host have the same prefix");
	}
	rule->prefix = prefix.s;
	rule->prefix_len = prefix.len;
	return 0;
}

static int khttpd_rule_set_redirect(struct khttpd_site_maker *maker,
				    struct khttpd_rule *rule, const struct nlattr *attr)
{
	struct khttpd_string target = khttpd_site_string(maker, attr);

	if (!http_rule_target_valid(target.s, target.len))
		return khttpd_site_refuse(maker, attr,
					  "a redirect leads to an absolute path or to a URI with http or https");
	rule->redirect = target.s;
	rule->redirect_len = target.len;
	return 0;
}

static int khttpd_rule_set_status(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
				  const struct nlattr *attr)
{
	u32 status = nla_get_u32(attr);

	if (!http_rule_redirect_status_valid(status))
		return khttpd_site_refuse(maker, attr,
					  "a redirect has the status 301, 302, 303, 307 or 308");
	rule->redirect_status = status;
	return 0;
}

static int khttpd_rule_set_cache_control(struct khttpd_site_maker *maker,
					 struct khttpd_rule *rule, const struct nlattr *attr)
{
	struct khttpd_string value = khttpd_site_string(maker, attr);

	if (!value.len || !http_rule_value_valid(value.s, value.len))
		return khttpd_site_refuse(maker, attr, "not a value of a field");
	rule->cache_control = value.s;
	return 0;
}

static int khttpd_rule_add_origin(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
				  const struct nlattr *attr)
{
	struct khttpd_string origin = khttpd_site_string(maker, attr);

	if (!http_rule_origin_valid(origin.s, origin.len))
		return khttpd_site_refuse(maker, attr,
					  "an origin is \"*\" or a scheme, \"://\" and a host in lower case");
	if (!rule->nr_origins)
		rule->origins = maker->origins;
	*maker->origins++ = origin;
	rule->nr_origins++;
	return 0;
}

/* All of a rule but the fields, which depend on those that it removes. */
static int khttpd_rule_set(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
			   const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case KHTTPD_A_RULE_PREFIX:
		return khttpd_rule_set_prefix(maker, rule, attr);
	case KHTTPD_A_RULE_REMOVE:
		return khttpd_rule_set_hide(maker, rule, attr);
	case KHTTPD_A_RULE_CACHE_CONTROL:
		return khttpd_rule_set_cache_control(maker, rule, attr);
	case KHTTPD_A_RULE_EXPIRES_S:
		rule->has_expires = true;
		rule->expires_s = nla_get_u32(attr);
		return 0;
	case KHTTPD_A_RULE_LISTING:
		rule->has_listing = true;
		rule->listing = nla_get_u32(attr);
		return 0;
	case KHTTPD_A_RULE_REDIRECT:
		return khttpd_rule_set_redirect(maker, rule, attr);
	case KHTTPD_A_RULE_REDIRECT_STATUS:
		return khttpd_rule_set_status(maker, rule, attr);
	case KHTTPD_A_RULE_ORIGIN:
		return khttpd_rule_add_origin(maker, rule, attr);
	case KHTTPD_A_RULE_ACCESS:
		rule->has_access = true;
		return khttpd_site_set_access(maker, &rule->access, attr);
	case KHTTPD_A_RULE_READINESS:
		rule->readiness = nla_get_u32(attr);
		return 0;
	}
	return 0;
}

static void khttpd_rule_write_field(struct khttpd_site_maker *maker,
				    struct khttpd_string name, struct khttpd_string value)
{
	memcpy(maker->text, name.s, name.len);
	maker->text += name.len;
	memcpy(maker->text, ": ", 2);
	maker->text += 2;
	memcpy(maker->text, value.s, value.len);
	maker->text += value.len;
	memcpy(maker->text, "\r\n", 2);
	maker->text += 2;
}

static int khttpd_rule_add_field(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
				 const struct nlattr *nest)
{
	const struct nlattr *at_name = nla_find_nested(nest, KHTTPD_A_FIELD_NAME);
	const struct nlattr *at_value = nla_find_nested(nest, KHTTPD_A_FIELD_VALUE);
	struct khttpd_string name, value;

	if (!at_name || !at_value)
		return khttpd_site_refuse(maker, nest, "a field has a name and a value");
	name = khttpd_site_string(maker, at_name);
	value = khttpd_site_string(maker, at_value);
	if (!http_rule_field_allowed(name.s, name.len, rule->hide))
		return khttpd_site_refuse(maker, at_name,
					  "not a field that can be added, or not unless it is removed, too");
	if (!http_rule_value_valid(value.s, value.len))
		return khttpd_site_refuse(maker, at_value, "not a value of a field");
	if (!rule->fields)
		rule->fields = maker->text;
	khttpd_rule_write_field(maker, name, value);
	rule->fields_len = maker->text - rule->fields;
	if (rule->fields_len > KHTTPD_RULE_BYTES_MAX)
		return khttpd_site_refuse(maker, nest,
					  "the fields of the rule are too long together");
	return 0;
}

static int khttpd_rule_check(struct khttpd_site_maker *maker, struct khttpd_rule *rule,
			     const struct nlattr *nest)
{
	if (!rule->prefix)
		return khttpd_site_refuse(maker, nest, "a rule has a prefix");
	if (rule->redirect_status && !rule->redirect)
		return khttpd_site_refuse(maker, nest, "where to redirect to is not said");
	if (rule->redirect && !rule->redirect_status)
		rule->redirect_status = 301;
	return 0;
}

/* Put a rule in, longer prefixes first, so that the first that matches counts. */
static void khttpd_site_insert_rule(struct khttpd_site_maker *maker,
				    const struct khttpd_rule *rule)
{
	struct khttpd_rule *at = maker->rules + maker->site->nr_rules++;

	for (; at > maker->rules && at[-1].prefix_len < rule->prefix_len; at--)
		*at = at[-1];
	*at = *rule;
}

/**
 * khttpd_site_add_rule() - put a rule into a virtual host in the making
 * @maker:	what makes the virtual host
 * @nest:	attributes of the rule, valid by the policy
 *
 * Context: process context.
 * Return: 0 or a negative errno, with the reason in the maker's extack.
 */
int khttpd_site_add_rule(struct khttpd_site_maker *maker, const struct nlattr *nest)
{
	struct khttpd_rule rule = { };
	const struct nlattr *attr;
	int err, rem;

	nla_for_each_nested(attr, nest, rem) {
		err = khttpd_rule_set(maker, &rule, attr);
		if (err)
			return err;
	}
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != KHTTPD_A_RULE_FIELD)
			continue;
		err = khttpd_rule_add_field(maker, &rule, attr);
		if (err)
			return err;
	}
	err = khttpd_rule_check(maker, &rule, nest);
	if (!err)
		khttpd_site_insert_rule(maker, &rule);
	return err;
}
