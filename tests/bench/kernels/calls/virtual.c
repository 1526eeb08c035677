// SPDX-License-Identifier: MIT
// Virtual calls: objects of six classes in random order, two methods each through a function-pointer table.
#include "tests/bench/kernels/kernel.h"

#define OBJECTS 1024

typedef struct Shape Shape;

typedef struct {
    uint64_t (*area)(const Shape *);
    void (*grow)(Shape *, uint64_t);
} ShapeOps;

struct Shape {
    const ShapeOps *ops;
    uint64_t w, h;
};

static uint64_t area_square(const Shape *s) { return s->w * s->w; }
static uint64_t area_box(const Shape *s) { return s->w * s->h; }
static uint64_t area_triangle(const Shape *s) { return s->w * s->h / 2; }
static uint64_t area_ring(const Shape *s) { return s->w * s->w - s->h * s->h; }
static uint64_t area_line(const Shape *s) { return s->w + s->h; }
static uint64_t area_point(const Shape *s) { return s->h | 1; }
static void grow_width(Shape *s, uint64_t by) { s->w += by; }
static void grow_height(Shape *s, uint64_t by) { s->h += by; }
static void grow_both(Shape *s, uint64_t by) { s->w += by; s->h ^= by; }

static const ShapeOps classes[] = {
    {area_square, grow_width}, {area_box, grow_both}, {area_triangle, grow_height},
    {area_ring, grow_both}, {area_line, grow_width}, {area_point, grow_height},
};

static Shape *shapes;

static void prepare(void) {
    uint64_t seed = 11;

    shapes = arena_alloc(OBJECTS * sizeof *shapes);
    for (int i = 0; i < OBJECTS; i++) {
        uint64_t r = random_next(&seed);
        shapes[i] = (Shape){&classes[r % 6], r >> 8 & 255, r >> 16 & 255};
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        for (int i = 0; i < OBJECTS; i++) {
            Shape *s = &shapes[i];
            s->ops->grow(s, n & 3);
            sum += s->ops->area(s) ^ i;
        }
    return sum;
}

const Kernel kernel = {"virtual", 4000, prepare, run};
