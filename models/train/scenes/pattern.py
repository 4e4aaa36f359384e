"""Solid and planar textures, evaluated per pixel. A material is one row of floats; the columns are named here."""

import numpy as np
from numba import njit

KIND, A, B, C = 0, 1, 4, 7
SCALE, P1, P2, SEED, ANGLE = 10, 11, 12, 13, 14
SPECULAR, POWER, BUMP, BUMP_SCALE, DIRT, GRAIN, GLOW, MIRROR = 15, 16, 17, 18, 19, 20, 21, 22
COLUMNS = 23

(FLAT, FBM, CHECKER, STRIPES, BRICKS, WOOD, TILES, DOTS, TEXT, MARBLE, CELLS, GRADIENT, FUR, PICTURE, PLAID, FACADE,
 LEAVES, WATER) = range(18)


@njit(cache=True, fastmath=True, error_model="numpy", inline="always")
def hash3(x, y, z):
    h = (x * 374761393 + y * 668265263 + z * 1440662683) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFFFF) / 16777216.0


@njit(cache=True, fastmath=True, error_model="numpy")
def noise3(x, y, z):
    """Value noise, 0..1, unit lattice."""
    xi, yi, zi = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    fx, fy, fz = x - xi, y - yi, z - zi
    fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
    a = hash3(xi, yi, zi) * (1 - fx) + hash3(xi + 1, yi, zi) * fx
    b = hash3(xi, yi + 1, zi) * (1 - fx) + hash3(xi + 1, yi + 1, zi) * fx
    c = hash3(xi, yi, zi + 1) * (1 - fx) + hash3(xi + 1, yi, zi + 1) * fx
    d = hash3(xi, yi + 1, zi + 1) * (1 - fx) + hash3(xi + 1, yi + 1, zi + 1) * fx
    return (a * (1 - fy) + b * fy) * (1 - fz) + (c * (1 - fy) + d * fy) * fz


@njit(cache=True, fastmath=True, error_model="numpy")
def fbm(x, y, z, octaves):
    total, weight, amplitude = 0.0, 0.0, 1.0
    for _ in range(octaves):
        total += amplitude * noise3(x, y, z)
        weight += amplitude
        amplitude *= 0.55
        x, y, z = x * 2.03 + 17.1, y * 2.03 + 5.3, z * 2.03 + 9.7
    return total / weight


@njit(cache=True, fastmath=True, error_model="numpy")
def smooth(lo, hi, x):
    t = min(1.0, max(0.0, (x - lo) / (hi - lo)))
    return t * t * (3 - 2 * t)


@njit(cache=True, fastmath=True, error_model="numpy")
def _grid(u, v, width, height, offset, joint, seed):
    """Brick-like grid: (1 inside a joint, random tone of the cell)."""
    row = np.floor(v / height)
    u += offset * width * (int(row) & 1)
    col = np.floor(u / width)
    du, dv = u - col * width, v - row * height
    edge = min(min(du, width - du), min(dv, height - dv))
    return 1.0 - smooth(joint * 0.5, joint, edge), hash3(int(col), int(row), seed)


@njit(cache=True, fastmath=True, error_model="numpy")
def blend(m, x, y, z, u, v):
    """Weights (toward colour B, toward colour C) and a brightness factor, at world point (x, y, z), planar (u, v)."""
    kind, s, p1, p2, seed = int(m[KIND]), m[SCALE], m[P1], m[P2], int(m[SEED])
    c, d = np.cos(m[ANGLE]), np.sin(m[ANGLE])
    ox, oy, oz = seed * 1.37, seed * 0.71, seed * 2.11
    ur, vr = (c * u + d * v) * s, (c * v - d * u) * s
    xs, ys, zs = x * s + ox, y * s + oy, z * s + oz
    if kind == FBM:
        n = fbm(xs, ys, zs, 4)
        return smooth(0.5 - p1, 0.5 + p1, n), smooth(0.62, 0.8, fbm(zs * 1.7, xs * 1.7, ys * 1.7, 3)) * p2, 1.0
    if kind == CHECKER:
        k = (int(np.floor(ur)) + int(np.floor(vr))) & 1
        return float(k), 0.0, 0.92 + 0.16 * hash3(int(np.floor(ur)), int(np.floor(vr)), seed)
    if kind == STRIPES:
        w = ur + p2 * (fbm(xs, ys, zs, 3) - 0.5) * 3
        f = w - np.floor(w)
        return (1.0 if f < p1 else 0.0), (1.0 if 0.8 < f < 0.9 else 0.0), 1.0
    if kind == BRICKS or kind == TILES:
        joint, tone = _grid(ur, vr, 2.4 if kind == BRICKS else 1.0 + p2, 0.8 if kind == BRICKS else 1.0,
                            0.5 if kind == BRICKS else 0.0, 0.06 + 0.08 * p1, seed)
        return joint, tone * p1, 0.78 + 0.4 * tone * p1 + 0.12 * noise3(xs * 6, ys * 6, zs * 6)
    if kind == WOOD:
        plank, tone = _grid(ur * 0.25, vr * 2.0, 3.0, 1.0, 0.37, 0.02, seed) if p2 > 0.5 else (0.0, 0.5)
        g = fbm(ur * 0.35 + tone * 9, vr * 5 + 2.5 * fbm(xs * 0.4, ys * 0.4, zs * 0.4, 2), seed + tone * 31, 4)
        r = g * 9 * p1
        return 0.6 * abs(2 * (r - np.floor(r)) - 1) + 0.4 * g, plank * 0.8, 0.85 + 0.3 * tone
    if kind == DOTS:
        fu, fv = ur - np.floor(ur) - 0.5, vr - np.floor(vr) - 0.5
        return 1.0 - smooth(p1 * 0.4, p1 * 0.45, np.sqrt(fu * fu + fv * fv)), 0.0, 1.0
    if kind == TEXT:
        row = int(np.floor(vr * 2))
        dv = vr * 2 - row
        word = hash3(int(np.floor(ur * (2 + 2 * hash3(row, seed, 3)))), row, seed)
        letter = hash3(int(np.floor(ur * 14)), row, seed + 7)
        return (0.9 if 0.3 < dv < 0.75 and word > 0.25 and letter > 0.35 else 0.0), 0.0, 1.0
    if kind == MARBLE:
        return 0.5 + 0.5 * np.sin(xs * 1.3 + zs + 9 * fbm(xs, ys, zs, 4)), 0.0, 1.0
    if kind == CELLS:
        best, second, tone = 9.0, 9.0, 0.0
        iu, iv = int(np.floor(ur)), int(np.floor(vr))
        for du in range(-1, 2):
            for dv_ in range(-1, 2):
                px = iu + du + hash3(iu + du, iv + dv_, seed)
                py = iv + dv_ + hash3(iu + du, iv + dv_, seed + 1)
                q = (px - ur) ** 2 + (py - vr) ** 2
                if q < best:
                    second, best, tone = best, q, hash3(iu + du, iv + dv_, seed + 2)
                elif q < second:
                    second = q
        return 1.0 - smooth(0.03, 0.12, np.sqrt(second) - np.sqrt(best)), tone * p1, 0.75 + 0.45 * tone
    if kind == GRADIENT:
        return smooth(0.0, 1.0, 0.5 + 0.35 * vr + 0.1 * (fbm(xs, ys, zs, 3) - 0.5)), 0.0, 1.0
    if kind == FUR:
        n = fbm(xs * 7 + 3 * noise3(xs, ys, zs), ys * 2.2, zs * 7, 3)
        big = fbm(xs * 0.5, ys * 0.5, zs * 0.5, 3)
        t = np.sin(p2 * 14 * (big + 0.25 * ys))
        return smooth(-0.3, 0.5, t) * p1, smooth(0.55, 0.7, big) * 0.8, 0.55 + 0.9 * n
    if kind == PICTURE:
        n = fbm(ur * 0.7 + ox, vr * 0.7 + oy, seed * 0.3, 3)
        sky = smooth(-0.1, 0.15, vr * 0.6 - (n - 0.5) * 1.6 - p1 + 0.5)
        blob = smooth(0.6, 0.63, fbm(ur * 1.1 - oy, vr * 1.1, seed * 0.7, 2))
        return sky, blob, 0.6 + 0.8 * n
    if kind == PLAID:
        a, b = ur - np.floor(ur), vr - np.floor(vr)
        return (0.5 if a < p1 else 0.0) + (0.5 if b < p1 else 0.0), (1.0 if 0.7 < a < 0.76 or 0.7 < b < 0.76 else 0.0), 1.0
    if kind == FACADE:
        col, row = np.floor(u * s), np.floor(v * s * p2)
        a, b = u * s - col, v * s * p2 - row
        glass = 0.2 < a < 0.2 + 0.6 * p1 and 0.22 < b < 0.82
        frame = 0.16 < a < 0.24 + 0.6 * p1 and 0.17 < b < 0.87
        tone = hash3(int(col), int(row), seed)
        wall = 0.9 + 0.2 * fbm(xs * 2, ys * 2, zs * 2, 3)
        if glass:
            return 1.0, 0.0, 0.5 + 1.1 * tone * tone + 0.4 * b
        return 0.0, (1.0 if frame else 0.0), (0.8 if b < 0.05 else wall)
    if kind == LEAVES:
        n = fbm(xs * 3, ys * 3, zs * 3, 4)
        return smooth(0.35, 0.6, n), smooth(0.6, 0.75, noise3(xs * 9, ys * 9, zs * 9)) * p2, 0.35 + 1.2 * noise3(xs * 5, ys * 5, zs * 5)
    if kind == WATER:
        n = fbm(xs, ys, zs * 3, 4)
        return smooth(0.4, 0.7, n), 0.0, 1.0
    return 0.0, 0.0, 1.0


@njit(cache=True, fastmath=True, error_model="numpy")
def albedo(m, x, y, z, u, v, out):
    """Write the linear RGB albedo of material row m into out[3]."""
    b, c, gain = blend(m, x, y, z, u, v)
    if m[DIRT] > 0:
        gain *= 1.0 - m[DIRT] + 2.0 * m[DIRT] * fbm(x * 1.1 + m[SEED], y * 1.1, z * 1.1, 4)
    if m[GRAIN] > 0:
        gain *= 1.0 + m[GRAIN] * (noise3(x * 160, y * 160, z * 160 + m[SEED]) - 0.5)
    for i in range(3):
        k = m[A + i] * (1 - b) + m[B + i] * b
        out[i] = max(0.0, (k * (1 - c) + m[C + i] * c) * gain)
