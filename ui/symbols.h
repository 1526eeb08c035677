// SPDX-License-Identifier: MIT
// Names of the guest's functions, from ELF files and System.map (or /proc/kallsyms) texts. Files are hostile until read.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Symbols Symbols;
Symbols *symbols_new(void);
void symbols_free(Symbols *s);
// Adds a file's functions, moved by `offset` (a position-independent program's load address). False with cause; none was added.
bool symbols_load(Symbols *s, const char *path, uint64_t offset, char *error, size_t error_size);
// The function that vaddr lies in, or NULL. The text lives as long as s. Any thread, once all is loaded.
const char *symbols_name(const Symbols *s, uint64_t vaddr);
