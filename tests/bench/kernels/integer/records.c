// SPDX-License-Identifier: MIT
// A mix in the manner of the 1984 synthetic systems benchmarks: records copied and linked, short strings compared,
// small procedures, enumerations, one- and two-dimensional arrays.
#include "tests/bench/kernels/kernel.h"

typedef enum { RED, GREEN, BLUE, COLOURS } Colour;

typedef struct Record {
    struct Record *next;
    Colour colour, other;
    int value;
    char name[31];
} Record;

static Record *head, *spare;
static int row[50], (*grid)[50];
static int total;

static void prepare(void) {
    head = arena_alloc(sizeof *head);
    spare = arena_alloc(sizeof *spare);
    grid = arena_alloc(sizeof(int[50][50]));
    for (int i = 0; i < 30; i++)
        head->name[i] = spare->name[i] = "A RECORD, WITH THIRTY LETTERS."[i];
    spare->name[25]++;
    head->next = spare;
}

static NOINLINE Colour next_colour(Colour colour) {
    switch (colour) {
    case RED: return total > 100 ? GREEN : BLUE;
    case GREEN: return BLUE;
    default: return RED;
    }
}

static NOINLINE int same_name(const char *a, const char *b) {
    int i = 0;

    while (i < 30 && a[i] == b[i])
        i++;
    return i == 30;
}

static NOINLINE void add_to_grid(int index, int value) {
    int at = index + 5;

    row[at] = value;
    row[at + 1] = row[at];
    row[at + 30] = at;
    for (int i = at; i <= at + 1; i++)
        grid[at][i] = at;
    grid[at][at - 1]++;
    grid[at][at] = row[at];
    total += value;
}

static NOINLINE void link_record(Record *record) {
    Record *next = record->next;

    *next = *record;
    record->value = 5;
    next->value = record->value + total % 7;
    next->next = record->next;
    next->colour = next_colour(record->colour);
    if (next->other == RED)
        next->value = next->value * 6 / 4 + 12;
    else
        *record = *next;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++) {
        head->colour = n % COLOURS;
        head->other = n % 5 == 0 ? RED : BLUE;
        head->next = spare;
        link_record(head);
        add_to_grid(n % 8, head->value + spare->value);
        head->name[n % 30] ^= n & 1;
        if (same_name(head->name, spare->name))
            total = (total + 1) % 1000;
        sum = sum_add(sum, total + spare->colour + grid[5 + n % 8][5]);
    }
    return sum;
}

const Kernel kernel = {"records", 1000000, prepare, run};
