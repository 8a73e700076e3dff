/* SPDX-License-Identifier: MIT */
#pragma once

#define REGENT_VERSION "0.1.0"
