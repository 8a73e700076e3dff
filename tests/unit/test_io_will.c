/* SPDX-License-Identifier: MIT */
/* The will: what its reader finds after any death of its writer. */
#include "unit.h"

#include "io/io_will.h"

#include <sys/mman.h>
#include <unistd.h>

enum { LEN = 28, PACKETS_MAX = 8 };

typedef struct Found {
	size_t n;
	uint32_t owner[PACKETS_MAX], ifindex[PACKETS_MAX];
	IpAddr dst[PACKETS_MAX];
	uint8_t first[PACKETS_MAX];
	size_t len[PACKETS_MAX];
} Found;

static void find(void *data, const OpSend *s)
{
	Found *f = data;

	assert_true(f->n < PACKETS_MAX);
	f->owner[f->n] = s->owner;
	f->ifindex[f->n] = s->ifindex;
	f->dst[f->n] = s->dst;
	f->first[f->n] = s->bytes[0];
	f->len[f->n++] = s->len;
}

static Found read_all(int fd)
{
	Found f = { 0 };

	io_will_read(fd, find, &f);
	return f;
}

/* `n` packets that begin with `mark`, to 10.9.0.1 and so on. */
static void set(IoWill *w, uint32_t owner, uint32_t n, uint8_t mark)
{
	uint8_t bytes[PACKETS_MAX * LEN] = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		const IpAddr dst = unit_ip("10.9.0.1");

		bytes[i * LEN] = mark;
		memcpy(bytes + i * LEN + 16, dst.bytes, 4);
		bytes[i * LEN + 19] = (uint8_t)(1 + i);
	}
	io_will_set(w, &(OpSend){ .owner = owner,
			       .ifindex = 2,
			       .dst = unit_ip("10.9.0.1"),
			       .bytes = bytes,
			       .len = n * LEN,
			       .n = n });
}

static void one_packet_for_each_peer(void **state _unused_)
{
	const int fd = io_will_create();
	IoWill *w;
	Found f;

	assert_int_equal(io_will_open(fd, &w), 0);
	set(w, 7, 3, 0x45);
	set(w, 1, 1, 0x46);
	f = read_all(fd);
	assert_int_equal(f.n, 4);
	for (size_t i = 0; i < 3; i++) {
		const IpAddr want =
			unit_ip((const char *const[]){ "10.9.0.1", "10.9.0.2", "10.9.0.3" }[i]);

		assert_int_equal(f.owner[i], 7);
		assert_int_equal(f.ifindex[i], 2);
		assert_int_equal(f.len[i], LEN);
		assert_true(ip_equal(&f.dst[i], &want));
	}
	assert_int_equal(f.owner[3], 1);
	/* More than before, fewer, none. */
	set(w, 7, 5, 0x47);
	f = read_all(fd);
	assert_int_equal(f.n, 6);
	assert_int_equal(f.first[5], 0x47);
	set(w, 7, 2, 0x48);
	assert_int_equal(read_all(fd).n, 3);
	set(w, 7, 0, 0);
	f = read_all(fd);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.owner[0], 1);
	io_will_free(w);
	io_will_clear(fd);
	assert_int_equal(read_all(fd).n, 0);
	(void)close(fd);
}

/* Looks at every byte: the sanitizer sees one that is not there. */
static void touch(void *data, const OpSend *s)
{
	uint32_t *sum = data;

	assert_true(s->len >= 20);
	for (size_t i = 0; i < s->len; i++)
		*sum += s->bytes[i];
}

/* The dead may have written anything: nothing is read that is not there. */
static void garbage_is_survived(void **state _unused_)
{
	const int fd = io_will_create();
	uint64_t seed = 5;
	uint32_t *words;
	IoWill *w;

	assert_int_equal(io_will_open(fd, &w), 0);
	words = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(words != MAP_FAILED);
	for (size_t round = 0; round < 300; round++) {
		uint32_t sum = 0;

		io_will_free(w);
		io_will_clear(fd);
		assert_int_equal(io_will_open(fd, &w), 0);
		for (uint32_t i = 0; i < 3; i++)
			set(w, i, 1 + i, 0x45);
		for (size_t i = 0; i < 3; i++)
			words[unit_below(&seed, 96)] = unit_below(&seed, 3)
							       ? unit_below(&seed, 256)
							       : (uint32_t)unit_random(&seed);
		io_will_read(fd, touch, &sum);
	}
	(void)munmap(words, 4096);
	io_will_free(w);
	(void)close(fd);
}

static const struct CMUnitTest tests[] = {
	T(one_packet_for_each_peer),
	T(garbage_is_survived),
};

unit_main(tests)
