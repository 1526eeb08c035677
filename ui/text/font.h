// SPDX-License-Identifier: MIT
// Letters for text that Myna itself draws in a window: ASCII; anything else is a box. A character's cell is FONT_WIDTH by FONT_HEIGHT.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { FONT_WIDTH = 6, FONT_HEIGHT = 12, FONT_ROWS = 9 };
// Draws one cell; stride in pixels, colours 0xAARRGGBB.
void font_draw(uint32_t *to, size_t stride, uint32_t c, uint32_t ink, uint32_t paper);
void font_print(uint32_t *to, size_t stride, unsigned columns, const char *text, uint32_t ink, uint32_t paper);
