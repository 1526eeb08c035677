// SPDX-License-Identifier: MIT
// Structures of two, three and four in IR: LD2 to LD4, ST2 to ST4. Memory is read and written in whole vectors, and lanes are moved in
// between: by unzipping and zipping, those of three by tables. DDI 0487, C7.2.188 ff.
#include <string.h>
#include "cpu/arm/neon.h"

// The bytes of `a` that a table numbers, zeros where that is beyond them.
static IrRef picked(Trans *t, IrRef a, const uint8_t *table) {
    uint64_t half[2];
    for (unsigned k = 0; k < 16; k++) half[k / 8] = half[k / 8] >> 8 | (uint64_t)table[k] << 56;
    IrRef index = ir_vec(t->k, OP_VPAIR, 0, c64(t, (int64_t)half[0]), c64(t, (int64_t)half[1]), IR_NONE);
    return vec2(t, OP_VTBL, 0, a, index);
}

// Structures of three are moved in pieces of 16 bytes: three of them, or two that overlap.
static unsigned pieces(const Insn *i) { return i->sf ? 3 : 2; }
static unsigned piece_start(const Insn *i, unsigned k) { return k * (i->sf ? 16 : 8); }

// Byte b of structures of three in a row is byte *at of register *r.
static void place(unsigned lane, unsigned b, unsigned *r, unsigned *at) {
    unsigned element = b >> lane;
    *r = element % 3;
    *at = element / 3 << lane | (b & ((1u << lane) - 1));
}

// To registers from pieces, or back.
static void three(Trans *t, const Insn *i, bool load, const IrRef from[3], IrRef to[3]) {
    uint8_t table[3][3][16]; // of what is made and what it is made of
    unsigned nfrom = load ? pieces(i) : 3, nto = load ? 3 : pieces(i);
    memset(table, 0xff, sizeof table);
    for (unsigned k = pieces(i); k-- > 0;)
        for (unsigned b = 0; b < 16; b++) {
            unsigned r, at, half = load && !i->sf && k && b < 8; // that is the piece before's too
            place((unsigned)i->size, piece_start(i, k) + b, &r, &at);
            if (load && !half) table[r][k][at] = (uint8_t)b;
            else if (!load) table[k][r][b] = (uint8_t)at;
        }
    for (unsigned n = 0; n < nto; n++) {
        to[n] = picked(t, from[0], table[n][0]);
        for (unsigned k = 1; k < nfrom; k++) to[n] = vec2(t, OP_VOR, 0, to[n], picked(t, from[k], table[n][k]));
    }
}

static IrRef load(Trans *t, IrRef base, unsigned disp) { return ir_load(t->k, T_V128, MO_128, base, (int32_t)disp); }
static void store(Trans *t, IrRef base, unsigned disp, IrRef x) { ir_store(t->k, T_V128, MO_128, base, (int32_t)disp, x); }

void neon_load_structure(Trans *t, const Insn *i, IrRef base, unsigned n) {
    unsigned lane = (unsigned)i->size, count = n == 3 ? pieces(i) : i->sf ? n : n / 2;
    IrRef x[4], r[4], even, odd;
    for (unsigned k = 0; k < count; k++) x[k] = load(t, base, n == 3 ? piece_start(i, k) : 16 * k);
    if (n == 3) {
        three(t, i, true, x, r);
    } else if (n == 2) {
        if (!i->sf) x[1] = x[0];
        r[0] = vec2(t, OP_VUZPE, lane, x[0], x[1]);
        r[1] = vec2(t, OP_VUZPO, lane, x[0], x[1]);
    } else {
        for (unsigned k = i->sf ? 4 : 2; k < 4; k++) x[k] = x[k - 2];
        even = vec2(t, OP_VUZPE, lane, x[0], x[1]), odd = vec2(t, OP_VUZPO, lane, x[0], x[1]);
        IrRef even2 = vec2(t, OP_VUZPE, lane, x[2], x[3]), odd2 = vec2(t, OP_VUZPO, lane, x[2], x[3]);
        r[0] = vec2(t, OP_VUZPE, lane, even, even2);
        r[1] = vec2(t, OP_VUZPE, lane, odd, odd2);
        r[2] = vec2(t, OP_VUZPO, lane, even, even2);
        r[3] = vec2(t, OP_VUZPO, lane, odd, odd2);
    }
    for (unsigned k = 0; k < n; k++) set_vector(t, (i->rd + (int)k) & 31, i->sf ? r[k] : ir_un(t->k, OP_VZEXT, T_V128, r[k]));
}

void neon_store_structure(Trans *t, const Insn *i, IrRef base, unsigned n) {
    unsigned lane = (unsigned)i->size, count = n == 3 ? pieces(i) : i->sf ? n : n / 2;
    IrRef x[4], r[4];
    for (unsigned k = 0; k < n; k++) x[k] = v(t, (i->rd + (int)k) & 31);
    if (n == 3) {
        three(t, i, false, x, r);
    } else if (n == 2) {
        r[0] = vec2(t, OP_VZIPL, lane, x[0], x[1]);
        r[1] = vec2(t, OP_VZIPH, lane, x[0], x[1]);
    } else { // pairs of pairs first
        IrRef low02 = vec2(t, OP_VZIPL, lane, x[0], x[2]), low13 = vec2(t, OP_VZIPL, lane, x[1], x[3]);
        IrRef high02 = vec2(t, OP_VZIPH, lane, x[0], x[2]), high13 = vec2(t, OP_VZIPH, lane, x[1], x[3]);
        r[0] = vec2(t, OP_VZIPL, lane, low02, low13);
        r[1] = vec2(t, OP_VZIPH, lane, low02, low13);
        r[2] = vec2(t, OP_VZIPL, lane, high02, high13);
        r[3] = vec2(t, OP_VZIPH, lane, high02, high13);
    }
    for (unsigned k = 0; k < count; k++) store(t, base, n == 3 ? piece_start(i, k) : 16 * k, r[k]);
}
