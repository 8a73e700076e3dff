/* SPDX-License-Identifier: MIT */
#include "core/op.h"

static void op_text_bytes(const OpSend *s, StrBuf *out)
{
	for (size_t i = 0; i < s->len; i++)
		strbuf_printf(out, "%s%02x", i && i % 4 == 0 ? " " : "", s->bytes[i]);
}

static void op_text_addr(const Op *op, StrBuf *out)
{
	const AddrSpec *a = op->addr.spec;
	char text[ADDR_TEXT_SIZE], ip[IP_TEXT_SIZE];

	strbuf_printf(out, "%s %s dev %u", op->kind == OP_ADDR_ADD ? "addr-add" : "addr-del",
		addr_spec_text(a, text), op->addr.ifindex);
	if (a->label)
		strbuf_printf(out, " label %s", a->label);
	if (a->has_broadcast)
		strbuf_printf(out, " brd %s", ip_text(&a->broadcast, ip));
	if (a->scope)
		strbuf_printf(out, " scope %u", a->scope);
}

void op_text(const Op *op, StrBuf *out)
{
	char ip[IP_TEXT_SIZE];

	switch (op->kind) {
	case OP_SEND_IP:
		strbuf_printf(out, "send-ip dev %u to %s: ", op->send.ifindex,
			ip_text(&op->send.dst, ip));
		op_text_bytes(&op->send, out);
		break;
	case OP_SEND_FRAME:
		strbuf_printf(out, "send-frame dev %u: ", op->send.ifindex);
		op_text_bytes(&op->send, out);
		break;
	case OP_LISTEN:
		strbuf_printf(out, "%slisten dev %u %s %s", op->listen.off ? "un" : "",
			op->listen.ifindex, ip_multicast(&op->listen.group) ? "group" : "address",
			ip_text(&op->listen.group, ip));
		break;
	case OP_ADDR_ADD:
	case OP_ADDR_DEL: op_text_addr(op, out); break;
	case OP_SPAWN:
		strbuf_printf(out, "spawn %u:", op->spawn.job);
		for (const char *const *w = op->spawn.spec->argv; *w; w++)
			strbuf_printf(out, " %s", *w);
		break;
	case OP_KILL: strbuf_printf(out, "kill %u signal %d", op->kill.job, op->kill.signal); break;
	case OP_WILL:
		strbuf_printf(out, "will %u: ", op->send.owner);
		if (op->send.len)
			op_text_bytes(&op->send, out);
		else
			strbuf_add(out, "nothing");
		break;
	case OP_WATCH_FILE:
		strbuf_printf(out, "%s file %u: %s", op->watch_file.on ? "watch" : "unwatch",
			op->watch_file.file, op->watch_file.path);
		break;
	case OP_WATCH_PROCESSES:
		strbuf_printf(out, "%s processes", op->watch_processes ? "watch" : "unwatch");
		break;
	case OP_WATCH_PID: strbuf_printf(out, "watch pid %d", op->watch_pid); break;
	case OP_FIFO_OPEN: strbuf_printf(out, "fifo-open %s", op->fifo.path); break;
	case OP_FIFO_CLOSE: strbuf_printf(out, "fifo-close %s", op->fifo.path); break;
	case OP_FIFO_LINE:
		strbuf_printf(out, "fifo %s: %.*s", op->fifo.path,
			(int)strcspn(op->fifo.line, "\n"), op->fifo.line);
		break;
	case OP_PROBE:
		strbuf_printf(out, "probe %u %s", op->probe.port, op->probe.on ? "on" : "off");
		break;
	case OP_TRACE:
		strbuf_add(out, "trace ");
		trace_text(&op->trace, out);
		break;
	}
}
