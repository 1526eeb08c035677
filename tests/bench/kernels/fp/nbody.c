// SPDX-License-Identifier: MIT
// Gravity between five bodies: multiply, subtract, divide and square root on structs of doubles.
#include "tests/bench/kernels/kernel.h"

#define BODIES 5

typedef struct {
    double x, y, z, vx, vy, vz, mass;
} Body;

static Body body[BODIES];

static void prepare(void) {
    for (int i = 0; i < BODIES; i++)
        body[i] = (Body){.x = 5.0 * i, .y = 1.25 * i * i - 3, .z = 0.5 * i - 1, .vx = 0.25 - 0.125 * i,
                         .vy = 0.75 * i - 1, .vz = 0.0625 * i, .mass = i ? 0.05 / i : 39.5};
}

static NOINLINE void advance(double dt) {
    for (int i = 0; i < BODIES; i++) {
        Body *a = &body[i];
        for (int j = i + 1; j < BODIES; j++) {
            Body *b = &body[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz + 0.01;
            double pull = dt / (square * __builtin_sqrt(square));
            a->vx -= dx * b->mass * pull;
            a->vy -= dy * b->mass * pull;
            a->vz -= dz * b->mass * pull;
            b->vx += dx * a->mass * pull;
            b->vy += dy * a->mass * pull;
            b->vz += dz * a->mass * pull;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        body[i].x += dt * body[i].vx;
        body[i].y += dt * body[i].vy;
        body[i].z += dt * body[i].vz;
    }
}

static uint64_t run(unsigned iterations) {
    uint64_t sum = 0;

    for (unsigned n = 0; n < iterations; n++)
        advance(0.001);
    for (int i = 0; i < BODIES; i++)
        sum = sum_double(sum_double(sum_double(sum, body[i].x), body[i].vy), body[i].z);
    return sum;
}

const Kernel kernel = {"nbody", 200000, prepare, run};
