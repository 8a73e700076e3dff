/* SPDX-License-Identifier: MIT */
#pragma once

/* What the files of the preprocessor share: a stack of what lines come from. */

#include "base/map.h"
#include "config/config_pre.h"
#include "core/limits.h"

typedef struct PreVariable {
	const char *name;
	const ConfigSource *lines; /* at least one */
	size_t n_lines;
} PreVariable;

/* What is left of a variable of several lines. */
typedef struct PreRest {
	const ConfigSource *lines;
	size_t n_lines;
	const SourceOrigin *origin;
} PreRest;

/* Which missing files are an error (include_check). */
enum {
	PRE_READABLE = 1, /* a file that was found can be read */
	PRE_MATCH = 2,	  /* something is found when there is no wildcard */
	PRE_WILDCARD = 4, /* something is found */
	PRE_BRACE = 8,	  /* each alternative in braces is found */
	PRE_ALL = PRE_READABLE | PRE_MATCH | PRE_WILDCARD | PRE_BRACE,
};

typedef enum PreFrameKind {
	PRE_FILE,   /* the lines of a file */
	PRE_FILES,  /* files that an include found, one after the other */
	PRE_LINES,  /* what is left of a variable's value */
	PRE_REPEAT, /* a line that is repeated */
} PreFrameKind;

typedef struct PreRepeat {
	ConfigSource line;
	SourcePos pos;
	const char *const *names; /* of the variables */
	size_t n_names;
	const char *const *values; /* n_names of them for each time; NULL: ~SEQ */
	int64_t number, step;
	bool hexadecimal;
} PreRepeat;

typedef struct PreFrame {
	PreFrameKind kind;
	const SourceOrigin *origin;
	const char *path; /* PRE_FILE */
	const char *at, *end;
	uint32_t line;
	unsigned check;		   /* PRE_FILE, PRE_FILES: a set of PRE_READABLE ... */
	const char *const *files;  /* PRE_FILES */
	const ConfigSource *lines; /* PRE_LINES */
	const PreRepeat *repeat;   /* PRE_REPEAT */
	size_t i, n;		   /* of files, lines, times */
} PreFrame;

struct ConfigPre {
	const ConfigWorld *world;
	Arena *arena;
	ConfigReport *report;
	PreFrame stack[LIMIT_CONFIG_NESTING];
	size_t depth;
	Map names; /* of variables */
	VEC(PreVariable) variables;
	ConfigSpan raw;			/* of the line of a file that is being worked on */
	ConfigSourceBuf part, value[2]; /* memory of the line that is being worked on */
	unsigned newest;		/* of value[] */
	const char *config_id;
	uint64_t random;
	bool seeded, failed;
	size_t bytes, steps, files, includes; /* spent */
};

/* False when that is too much, which was reported. */
bool pre_spend(ConfigPre *p, SourcePos pos, size_t bytes);
/* False when the stack is full, which was reported. */
bool pre_push(ConfigPre *p, SourcePos pos, PreFrame frame);
const SourceOrigin *pre_origin(ConfigPre *p, SourceOriginKind kind, SourcePos at, const char *name);
/* The file that is being read. */
PreFrame *pre_file(ConfigPre *p);

size_t pre_name_length(const char *s, size_t n);
PreVariable *pre_variable(ConfigPre *p, const char *name, size_t size);
/* The lines are in the arena. False when the name is too long, which was reported. */
bool pre_set(ConfigPre *p, SourcePos pos, const char *name, const ConfigSource *lines, size_t n);
/* Appends the part with its variables replaced. A variable of several lines may stand at the end:
 * its first line is appended, and it is given back with where it came from. */
void pre_expand(ConfigPre *p, const ConfigSource *l, size_t from, size_t to,
	ConfigSourceBuf *to_buf, PreRest *rest);
/* The same for the variable that the line starts with alone; false when it starts with none. */
bool pre_expand_first(ConfigPre *p, const ConfigSource *l, ConfigSourceBuf *to_buf, PreRest *rest);
const char *pre_config_id(ConfigPre *p);

/* Each: whether the line was one of these; it is taken care of then. */
bool pre_include(ConfigPre *p, const ConfigSource *l);
bool pre_repeat(ConfigPre *p, const ConfigSource *l);
/* The next time of the repetition on top of the stack, with its variables set. */
ConfigSource pre_repeat_line(ConfigPre *p, PreFrame *f);
/* Puts a file on the stack; false when it cannot be read, which was reported. */
bool pre_open(ConfigPre *p, SourcePos pos, PreFrame frame);
