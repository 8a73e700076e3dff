/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include "core/limits.h"
#include "io/io_channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Place {
	IoLoop *loop;
	IoChannel *channel;
	int supervisor, engine;
} Place;

static void on_request(void *data _unused_, int fd, const char *line _unused_)
{
	(void)close(fd);
}

static int setup(void **state)
{
	Place *p = NEW(Place);
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ||
		io_loop_new(&p->loop) < 0 ||
		io_channel_open(p->loop, ends[1], on_request, NULL, &p->channel) < 0)
		return -1;
	p->supervisor = ends[0];
	p->engine = ends[1];
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	Place *p = *state;

	io_channel_free(p->channel);
	io_loop_free(p->loop);
	(void)close(p->supervisor);
	(void)close(p->engine);
	free(p);
	return 0;
}

/* Four thousand instances on a link that went away: the supervisor waits for one word. */
static void a_word_that_is_too_long_is_cut(void **state)
{
	enum { LONG = 1 << 20 };
	Place *p = *state;
	_cleanup_free_ char *line = mem_alloc(LONG, 1);
	char got[LIMIT_CONTROL_LINE];
	ssize_t n;

	memset(line, 'x', LONG - 1);
	line[LONG - 1] = '\0';
	io_channel_tell(p->channel, line);
	n = recv(p->supervisor, got, sizeof(got), MSG_DONTWAIT);
	assert_int_equal(n, LIMIT_CONTROL_LINE - 1);
	io_channel_tell(p->channel, "word");
	assert_int_equal(recv(p->supervisor, got, sizeof(got), MSG_DONTWAIT), 4);
	assert_memory_equal(got, "word", 4);
}

/* Nobody is waited for, and no descriptor is kept for ever. */
static void of_many_that_do_not_read_the_oldest_is_dropped(void **state)
{
	enum { PEERS = 17, LONG = 1 << 20 };
	Place *p = *state;
	_cleanup_free_ char *text = mem_alloc(LONG, 1);
	int peers[PEERS];

	memset(text, 'x', LONG);
	for (int i = 0; i < PEERS; i++) {
		int ends[2];

		assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
		peers[i] = ends[0];
		io_channel_answer(p->channel, ends[1], text, LONG);
	}
	assert_int_equal(recv(peers[0], text, LONG, 0), 0);
	assert_int_equal(recv(peers[1], text, LONG, 0), -1);
	for (int i = 0; i < PEERS; i++)
		(void)close(peers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_word_that_is_too_long_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(
			of_many_that_do_not_read_the_oldest_is_dropped, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
