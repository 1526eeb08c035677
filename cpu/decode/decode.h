// SPDX-License-Identifier: MIT
// Instruction tables: one row an instruction, from which come the decoder, the disassembler, random instructions and coverage.
//
// A row's bit string is read from the most significant bit, as in the manuals; its tokens are separated by blanks:
//      0110x          fixed bits; x is ignored
//      rd:5           a field of five bits, the whole of operand `rd`
//      imm[4:1|11]    pieces of an operand: the next bits of the encoding are bits 4..1 and 11 of `imm`
//      rs1=2          no bits: the operand has this value
// Field names, what operand they fill, sign and bias come from the guest's field list. Where two rows match, the one whose fixed bits
// include all of the other's wins (c.jr is c.mv with rs2 = 0); any other overlap is an error that decode_check finds, unless a third row
// stands for exactly what the two share.
// The width of a row (16 or 32) is the number of its bits. A gate is "rv64 zbb|zbkb": all words must hold, a word is alternatives.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { DECODE_MAX_PIECES = 16, DECODE_OPERANDS = 12 };

typedef struct DecodeField {
    const char *name;
    int8_t operand, operand2; // indices of the operands it fills; operand2 -1: none
    uint8_t bias;             // or-ed in: 8 for the compressed register names x8..x15
    bool is_signed;
} DecodeField;

typedef struct DecodeRow {
    const char *name;   // C identifier; '_' is '.' in assembly
    const char *gate, *bits, *text; // text: operand template of the disassembler
    void (*translate)(void);        // the guest casts it to its own type
} DecodeRow;

typedef struct DecodeTable {
    const DecodeRow *rows;
    unsigned nrows;
    const DecodeField *fields;
    unsigned nfields;
    const char *const *features; // feature i is bit i of the mask
    unsigned nfeatures;
    uint32_t index[2];           // of 16- and of 32-bit encodings: the bits looked at first, at most two runs
    uint32_t *hits;              // nrows counters: translations of each row
} DecodeTable;

// What a run of bits adds to an operand, or what it begins with (mask 0): operand |= (bits & mask rotated left by `turn`) | base.
typedef struct DecodePiece {
    uint32_t mask;
    int16_t base;
    uint8_t operand, turn;
} DecodePiece;

// Where the run's bits come to be in the operand.
static inline uint32_t decode_piece_mask(const DecodePiece *p) { return p->mask << p->turn | p->mask >> (-p->turn & 31); }

// A row made ready. What a translation reads comes first: of most rows, one line of the cache.
enum { DECODE_COMMON = 4 }; // pieces
typedef struct DecodeEntry {
    _Alignas(64) void (*translate)(void); // the row's
    uint32_t *hits;     // the row's counter
    uint8_t npieces, width;
    int8_t sign_operand; // -1: none
    uint8_t sign_shift;
    DecodePiece pieces[DECODE_MAX_PIECES]; // those there are not add nothing to operand 0
    const DecodeRow *row;
    uint32_t mask, value;
} DecodeEntry;

// A decoder for one set of features; immutable, shared, lives as long as the process. A malformed table is our own bug: it dies.
typedef struct Decoder Decoder;
const Decoder *decoder_get(const DecodeTable *table, uint64_t features);
// The row that matches, or NULL. width: 16 or 32.
const DecodeEntry *decode_find(const Decoder *d, uint32_t bits, unsigned width);
// Fills DECODE_OPERANDS values, which the guest's instruction struct starts with; those the row does not name are 0.
void decode_operands(const DecodeEntry *e, uint32_t bits, int32_t *operands);
void decode_hit(const DecodeEntry *e); // coverage: a translation of this row
uint32_t decode_hits(const DecodeEntry *e);
// All three, for a translator.
const DecodeEntry *decode_insn(const Decoder *d, uint32_t bits, unsigned width, int32_t *operands);
// For tests and generators: the enabled rows.
const DecodeEntry *decode_entries(const Decoder *d, unsigned *n);
// NULL, or two rows that overlap against the rules above (static buffer).
const char *decode_check(const Decoder *d);
// Coverage: how many of the enabled rows were translated since the process began, and the names of those that never were.
void decode_coverage(const Decoder *d, FILE *to);
// An encoding of the row whose variable bits are taken from `random`; it may still match a more special row.
static inline uint32_t decode_random(const DecodeEntry *e, uint32_t random) {
    return e->value | (random & ~e->mask & (e->width == 32 ? UINT32_MAX : UINT16_MAX));
}

// Disassembly: a row's name with dots for '_', `suffix`, a tab, and its template `text`, whose names `print` replaces (writes the operand's text; an
// empty one removes the comma before it).
typedef void DecodePrint(void *opaque, const char *name, char *out, size_t size);
void decode_print(const char *name, const char *suffix, const char *text, DecodePrint *print, void *opaque, char *out, size_t size);
