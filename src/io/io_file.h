/* SPDX-License-Identifier: MIT */
#pragma once

/* Watched files: what stands at the beginning of each, first and at each change. The directory is
 * watched by inotify, so that a file may come, go and be replaced; where symbolic links lead on, so
 * are the directories of the links. Where inotify does not tell (a directory that is not there, a
 * network file system) the file is looked at once a second. What is no regular file is never opened
 * and counts as missing. A writer is noticed when it closes the file. */

#include "core/event.h"
#include "core/watch.h"
#include "io/io_loop.h"

typedef struct IoFile IoFile;

/* The handler is called when there is something for io_file_news(). */
IoFile *io_file_new(IoLoop *loop, IoNewsHandler *handler, void *data);
void io_file_free(IoFile *f);
/* Replaces an earlier watch of the same number; its news is there at once. */
void io_file_watch(IoFile *f, const WatchFile *watch);
/* The next EVENT_FILE or EVENT_OP_FAILED; what it points to is good until the next call of any. */
bool io_file_news(IoFile *f, Event *ret_event);
