// SPDX-License-Identifier: MIT
// Small functions on structs passed by pointer and by value, as ordinary C programs are made of: several accesses
// off one base register, short frames, direct calls.
#include "tests/bench/kernels/kernel.h"

typedef struct {
    int64_t x, y, z;
} Vector;

typedef struct {
    Vector at, speed;
    uint64_t hits, age, seed;
} Particle;

static Particle *particles;
#define COUNT 64

static void prepare(void) {
    uint64_t seed = 12;

    particles = arena_alloc(COUNT * sizeof *particles);
    for (int i = 0; i < COUNT; i++) {
        Particle *p = &particles[i];
        p->seed = random_next(&seed);
        p->at = (Vector){p->seed % 1000, p->seed / 7 % 1000, p->seed / 49 % 1000};
        p->speed = (Vector){i % 7 - 3, i % 5 - 2, i % 3 - 1};
    }
}

static NOINLINE void vector_add(Vector *a, const Vector *b) {
    a->x += b->x;
    a->y += b->y;
    a->z += b->z;
}

static NOINLINE Vector vector_scale(const Vector *v, int64_t factor) {
    return (Vector){v->x * factor >> 4, v->y * factor >> 4, v->z * factor >> 4};
}

static NOINLINE int bounce(int64_t *at, int64_t *speed) {
    if (*at >= 0 && *at < 1000)
        return 0;
    *at = *at < 0 ? -*at % 1000 : 1999 - *at % 1000 - 1000;
    *speed = -*speed;
    return 1;
}

static NOINLINE void particle_step(Particle *p) {
    Vector push = vector_scale(&p->speed, 16 + (p->age & 15));

    vector_add(&p->at, &push);
    p->hits += bounce(&p->at.x, &p->speed.x) + bounce(&p->at.y, &p->speed.y) + bounce(&p->at.z, &p->speed.z);
    p->age++;
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        for (int i = 0; i < COUNT; i++)
            particle_step(&particles[i]);
    for (int i = 0; i < COUNT; i++)
        sum = sum_add(sum, particles[i].at.x + 1000 * particles[i].at.y + particles[i].hits);
    return sum;
}

const Kernel kernel = {"methods", 60000, prepare, run};
