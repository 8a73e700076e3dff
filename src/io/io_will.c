/* SPDX-License-Identifier: MIT */
#include "io/io_will.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One owner's packets, all of one length. The room of an entry is that of its first ones, rounded up;
 * larger ones get a new entry and leave the old one empty. */
typedef struct WillEntry {
	uint32_t room; /* bytes of packets that fit; 0: the end of the entries */
	uint32_t owner;
	uint32_t ifindex;
	IpAddr dst; /* of the first packet */
	uint32_t n;
	uint32_t len; /* of all packets; written last: 0 means there is nothing to say */
	uint8_t bytes[];
} WillEntry;

enum {
	WILL_BYTES = 64 << 20, /* address space; memory is taken page by page as it is written */
	WILL_ALIGN = 16,
	WILL_IP_HEADER = 20,
	WILL_IP_DST = 16,
};

struct IoWill {
	uint8_t *map;
	size_t used;
	VEC(uint32_t) at; /* by owner: offset of its entry plus one */
};

int io_will_create(void)
{
	const int fd = memfd_create("regent-will", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, WILL_BYTES) < 0) {
		const int r = -errno;

		(void)close(fd);
		return r;
	}
	return fd;
}

int io_will_open(int fd, IoWill **ret_will)
{
	IoWill *w;
	void *map = mmap(NULL, WILL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	w = NEW(IoWill);
	w->map = map;
	*ret_will = w;
	return 0;
}

void io_will_free(IoWill *w)
{
	if (!w)
		return;
	(void)munmap(w->map, WILL_BYTES);
	vec_free(&w->at);
	free(w);
}

static WillEntry *will_entry(IoWill *w, uint32_t owner)
{
	if (owner >= w->at.n || !w->at.items[owner])
		return NULL;
	return (WillEntry *)(w->map + w->at.items[owner] - 1);
}

static void will_set_len(WillEntry *e, uint32_t len)
{
	/* The reader runs when the writer is dead: the order of the stores is all that counts. */
	__atomic_store_n(&e->len, len, __ATOMIC_RELEASE);
}

static WillEntry *will_add(IoWill *w, uint32_t owner, size_t len)
{
	const size_t size = (sizeof(WillEntry) + len + WILL_ALIGN - 1) & ~(size_t)(WILL_ALIGN - 1);
	WillEntry *e;

	if (WILL_BYTES - w->used < size + sizeof(WillEntry))
		return NULL;
	while (w->at.n <= owner)
		vec_push(&w->at, 0);
	e = (WillEntry *)(w->map + w->used);
	will_set_len(e, 0);
	w->at.items[owner] = (uint32_t)w->used + 1;
	w->used += size;
	__atomic_store_n(&e->room, (uint32_t)(size - sizeof(*e)), __ATOMIC_RELEASE);
	return e;
}

void io_will_set(IoWill *w, const OpSend *s)
{
	WillEntry *e = will_entry(w, s->owner);

	if (e)
		will_set_len(e, 0);
	if (!s->len)
		return;
	if (!e || e->room < s->len)
		e = will_add(w, s->owner, s->len);
	if (!e)
		return;
	e->owner = s->owner;
	e->ifindex = s->ifindex;
	e->dst = s->dst;
	e->n = MAX(s->n, 1U);
	memcpy(e->bytes, s->bytes, s->len);
	will_set_len(e, (uint32_t)s->len);
}

static void will_say(const WillEntry *e, IoWillHandler *handler, void *data)
{
	const uint32_t len = e->len / e->n;

	for (uint32_t i = 0; i < e->n; i++) {
		const uint8_t *packet = e->bytes + (size_t)i * len;

		handler(data,
			&(OpSend){ .owner = e->owner,
				.ifindex = e->ifindex,
				.dst = i ? ip_from_bytes(IP_V4, packet + WILL_IP_DST) : e->dst,
				.bytes = packet,
				.len = len });
	}
}

void io_will_read(int fd, IoWillHandler *handler, void *data)
{
	uint8_t *map = mmap(NULL, WILL_BYTES, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return;
	for (size_t at = 0; at + sizeof(WillEntry) < WILL_BYTES;) {
		const WillEntry *e = (const WillEntry *)(map + at);

		/* The dead may have written anything. */
		if (!e->room || e->room > WILL_BYTES - at - sizeof(*e) ||
			(sizeof(*e) + e->room) % WILL_ALIGN)
			break;
		if (e->len && e->len <= e->room && e->n && e->len / e->n >= WILL_IP_HEADER)
			will_say(e, handler, data);
		at += sizeof(*e) + e->room;
	}
	(void)munmap(map, WILL_BYTES);
}

void io_will_clear(int fd)
{
	(void)!ftruncate(fd, 0);
	(void)!ftruncate(fd, WILL_BYTES);
}
