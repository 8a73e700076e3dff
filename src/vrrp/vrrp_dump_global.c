/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_dump.h"

static void dump_mail(const VrrpMailConfig *m, StrBuf *out)
{
	if (!m->host)
		return;
	strbuf_printf(out, " Smtp server = %s\n Smtp server port = %u\n", m->host, m->port);
	if (m->helo)
		strbuf_printf(out, " Smtp HELO name = %s\n", m->helo);
	strbuf_add(out, " Smtp server connection timeout = ");
	vrrp_dump_seconds(m->timeout_usec, out);
	strbuf_add(out, "\n");
	if (m->from)
		strbuf_printf(out, " Email notification from = %s\n", m->from);
	if (m->n_to)
		strbuf_add(out, " Email notification to:\n");
	for (size_t i = 0; i < m->n_to; i++)
		strbuf_printf(out, "   %s\n", m->to[i]);
}

static void dump_fifo(const char *who, const VrrpFifoConfig *f, StrBuf *out)
{
	if (!f->path)
		return;
	strbuf_printf(out, " %s notify fifo = %s, uid:gid %u:%u\n", who, f->path, f->uid, f->gid);
	if (!f->reader)
		return;
	strbuf_printf(out, " %s notify fifo script = ", who);
	vrrp_dump_command(f->reader->argv, out);
	strbuf_printf(out, ", uid:gid %u:%u\n", f->reader->uid, f->reader->gid);
}

void vrrp_dump_global(const VrrpConfig *c, StrBuf *out)
{
	static const char *const fifos[VRRP_FIFOS] = { "Global", "VRRP" };
	char ip[IP_TEXT_SIZE];

	strbuf_add(out, "------< Global definitions >------\n");
	if (c->router_id)
		strbuf_printf(out, " Router ID = %s\n", c->router_id);
	dump_mail(&c->mail, out);
	strbuf_printf(out, " Dynamic interfaces = %s\n", c->dynamic_interfaces ? "true" : "false");
	for (size_t i = 0; i < VRRP_FIFOS; i++)
		dump_fifo(fifos[i], &c->fifos[i], out);
	strbuf_printf(out, " FIFO write vrrp states on reload = %s\n",
		c->fifo_states_on_reload ? "true" : "false");
	strbuf_printf(out, " VRRP IPv4 mcast group = %s\n", ip_text(&c->mcast_group4, ip));
	if (c->startup_delay_usec) {
		strbuf_add(out, " vrrp_startup_delay = ");
		vrrp_dump_seconds(c->startup_delay_usec, out);
		strbuf_add(out, "\n");
	}
}
