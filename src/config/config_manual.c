/* SPDX-License-Identifier: MIT */
#include "config/config_manual.h"

#include "config/config_keywords.h"
#include "config/config_value.h"

static const char *const status_words[] = {
	[KEYWORD_WORKS] = "works",
	[KEYWORD_UNDERSTOOD] = "understood",
	[KEYWORD_REFUSED] = "refused",
	[KEYWORD_SKIPPED] = "skipped",
};

/* What is said of the status on the manual page; nothing of what works. */
static const char *const status_notes[] = {
	[KEYWORD_UNDERSTOOD] = "Understood, not yet carried out.",
	[KEYWORD_REFUSED] = "Understood, not yet carried out: the daemon does not start with it.",
	[KEYWORD_SKIPPED] = "Skipped.",
};

static void add_escaped(StrBuf *out, const char *s, const char *special)
{
	for (; *s; s++) {
		if (strchr(special, *s))
			strbuf_add(out, "\\");
		strbuf_addn(out, s, 1);
	}
}

/* For troff: a minus is a minus, a backslash is itself, nothing at the start is a request. */
static void add_man(StrBuf *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		strbuf_add(out, "\\&");
	for (; *s; s++)
		if (*s == '\\')
			strbuf_add(out, "\\e");
		else if (*s == '-')
			strbuf_add(out, "\\-");
		else
			strbuf_addn(out, s, 1);
}

static bool has_range(const ConfigKeyword *k)
{
	const bool numeric = k->kind == KIND_NUMBER || k->kind == KIND_NUMBERS ||
			     k->kind == KIND_WEIGHT || k->kind == KIND_DECIMAL;

	return numeric && k->min < k->max && !(k->value && strchr(k->value, '|'));
}

static void add_range(StrBuf *out, const ConfigKeyword *k)
{
	char min[CONFIG_SECONDS_SIZE], max[CONFIG_SECONDS_SIZE];

	if (k->kind == KIND_DECIMAL)
		strbuf_printf(out, "%s to %s seconds", config_seconds(k->min, min),
			config_seconds(k->max, max));
	else
		strbuf_printf(out, "%lld to %lld", (long long)k->min, (long long)k->max);
}

static void markdown_row(StrBuf *out, const ConfigKeyword *k)
{
	strbuf_printf(out, "| %s | `", config_scope_section(k->scope));
	add_escaped(out, k->name, "|");
	strbuf_printf(out, "` | %s | ", status_words[k->status]);
	add_escaped(out, k->help, "|<*_$~[");
	if (k->old_name)
		strbuf_printf(out, "; old name: `%s`", k->old_name);
	if (k->also)
		strbuf_printf(out, "; also: `%s`", k->also);
	strbuf_add(out, " |\n");
}

static void man_row(StrBuf *out, const ConfigKeyword *k)
{
	strbuf_add(out, ".TP\n.BR \"");
	add_man(out, k->name);
	strbuf_add(out, "\"");
	if (k->value) {
		strbuf_add(out, " \" ");
		for (const char *s = k->value; *s; s++) {
			if (*s == '"')
				strbuf_add(out, "\\(dq");
			else
				add_man(out, (char[]){ *s, 0 });
		}
		strbuf_add(out, "\"");
	}
	strbuf_add(out, "\n");
	add_man(out, k->help);
	strbuf_add(out, ".\n");
	if (has_range(k)) {
		add_range(out, k);
		strbuf_add(out, ".\n");
	}
	if (k->standard) {
		strbuf_add(out, "Default: ");
		add_man(out, k->standard);
		strbuf_add(out, ".\n");
	}
	if (k->old_name)
		strbuf_printf(out, "Old name: %s.\n", k->old_name);
	if (k->also)
		strbuf_printf(out, "Also: %s.\n", k->also);
	if (status_notes[k->status])
		strbuf_printf(out, ".I %s\n", status_notes[k->status]);
}

static void tsv_row(StrBuf *out, const ConfigKeyword *k)
{
	strbuf_printf(out, "%s\t%s\t%s%s%s\t%s\n", config_scope_section(k->scope), k->name,
		k->old_name ?: "", k->old_name && k->also ? " " : "", k->also ?: "",
		status_words[k->status]);
}

static const char man_head[] =
	".\\\" SPDX-License-Identifier: MIT\n"
	".\\\" Made by `regent keywords --format man`; do not edit.\n"
	".TH REGENT.CONF 5 \"\" \"Regent\" \"File Formats\"\n"
	".SH NAME\n"
	"regent.conf, keepalived.conf \\- configuration of the VRRP engine of Regent\n"
	".SH DESCRIPTION\n"
	".BR regentd (8)\n"
	"reads the configuration of keepalived as it is, by default\n"
	".IR /etc/keepalived/keepalived.conf .\n"
	"A file is made of lines: a keyword and its values, separated by blanks. A block of lines\n"
	"stands in braces. What is not carried out yet is checked nevertheless and named when\n"
	"the daemon starts;\n"
	".B regent check\n"
	"tells all that is wrong with a file, and\n"
	".B regent show\\-config\n"
	"prints it with all defaults filled in.\n"
	".PP\n"
	"BOOL is on, off, true, false, yes or no; without a value it is on. SECONDS may have six\n"
	"decimals where the range says so. COMMAND with arguments stands in quotes; no shell runs\n"
	"it.\n";

static const char *const scope_titles[SCOPES] = {
	[SCOPE_TOP] = "Outside of all blocks",
	[SCOPE_GLOBAL] = "In global_defs",
	[SCOPE_SYNC_GROUP] = "In vrrp_sync_group",
	[SCOPE_GARP_GROUP] = "In garp_group",
	[SCOPE_TRACK_GROUP] = "In track_group",
	[SCOPE_INSTANCE] = "In vrrp_instance",
	[SCOPE_AUTHENTICATION] = "In authentication",
	[SCOPE_HMAC] = "In auth_hmac",
	[SCOPE_SCRIPT] = "In vrrp_script",
	[SCOPE_TRACK_FILE] = "In track_file",
	[SCOPE_PROCESS] = "In vrrp_track_process",
	[SCOPE_BFD] = "In bfd_instance",
	[SCOPE_FLOATING] = "In floating_ip",
	[SCOPE_PEER_LINE] = "In a line of unicast_peer",
	[SCOPE_TRACK_LINE] = "In a line of track_interface and its kin",
	[SCOPE_ADDRESS_LINE] = "In a line of addresses",
	[SCOPE_ROUTE_LINE] = "In a line of routes",
	[SCOPE_RULE_LINE] = "In a line of rules",
	[SCOPE_SYNTAX] = "Anywhere",
};

void config_manual(ConfigManualFormat format, StrBuf *out)
{
	if (format == MANUAL_MARKDOWN)
		strbuf_add(out, "| section | keyword | status | note |\n|---|---|---|---|\n");
	else if (format == MANUAL_MAN)
		strbuf_add(out, man_head);
	for (ConfigScope scope = 0; scope < SCOPES; scope++) {
		if (format == MANUAL_MAN)
			strbuf_printf(out, ".SH \"%s\"\n", scope_titles[scope]);
		for (const ConfigKeyword *k = config_rows(scope); k->name; k++)
			if (format == MANUAL_MARKDOWN)
				markdown_row(out, k);
			else if (format == MANUAL_MAN)
				man_row(out, k);
			else
				tsv_row(out, k);
	}
	if (format == MANUAL_MAN)
		strbuf_add(out, ".SH \"SEE ALSO\"\n.BR regent (1),\n.BR regentd (8)\n");
}
