/* SPDX-License-Identifier: MIT */
#include "core/control.h"

static const char *const control_lines[] = {
	[CONTROL_BAD] = "",
	[CONTROL_STATUS] = "status",
	[CONTROL_STATUS_JSON] = "status json",
	[CONTROL_RELOAD] = "reload",
	[CONTROL_DUMP_DATA] = "dump data",
	[CONTROL_DUMP_STATS] = "dump stats",
	[CONTROL_DUMP_JSON] = "dump json",
};

ControlCommand control_parse(const char *line)
{
	for (size_t i = 1; i < ARRAY_LEN(control_lines); i++)
		if (!strcmp(line, control_lines[i]))
			return (ControlCommand)i;
	return CONTROL_BAD;
}

const char *control_line(ControlCommand command)
{
	return control_lines[command];
}
