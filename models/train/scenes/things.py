"""Things found indoors and on tables. Every builder takes (mesh, palette, rng, place...) and stands on height y."""

import numpy as np

from .mesh import spin


def _at(x, y, z, turn, offset):
    return np.array([x, y, z]) + turn @ np.asarray(offset, float)


def table(mesh, pal, rng, x, y, z, yaw, size, material=None):
    """size: (width, height, depth). Returns the height of the top."""
    w, h, d = size
    turn, top = spin(yaw), pal.wood() if material is None else material
    mesh.box(_at(x, y, z, turn, (0, h - 0.02, 0)), (w, 0.04, d), top, turn)
    leg = rng.uniform(0.02, 0.07)
    if rng.random() < 0.8:
        for sx in (-1, 1):
            for sz in (-1, 1):
                mesh.box(_at(x, y, z, turn, (sx * (w / 2 - leg), (h - 0.04) / 2, sz * (d / 2 - leg))), (leg, h - 0.04, leg), top, turn)
    else:
        mesh.lathe((x, y, z), [(w * 0.3, 0), (w * 0.28, 0.03), (leg, 0.06), (leg, h - 0.04)], pal.metal(), segments=12)
    return y + h


def chair(mesh, pal, rng, x, y, z, yaw):
    turn, frame = spin(yaw), pal.wood() if rng.random() < 0.6 else pal.metal()
    seat = pal.cloth(0.5) if rng.random() < 0.6 else frame
    w, h, leg = rng.uniform(0.38, 0.55), rng.uniform(0.4, 0.5), rng.uniform(0.02, 0.045)
    mesh.box(_at(x, y, z, turn, (0, h, 0)), (w, rng.uniform(0.03, 0.1), w), seat, turn)
    back = rng.uniform(0.35, 0.6)
    for sx in (-1, 1):
        for sz in (-1, 1):
            tall = h + (back if sz > 0 else 0)
            mesh.box(_at(x, y, z, turn, (sx * (w / 2 - leg), tall / 2, sz * (w / 2 - leg))), (leg, tall, leg), frame, turn)
    if rng.random() < 0.5:
        mesh.box(_at(x, y, z, turn, (0, h + back * 0.6, w / 2 - leg)), (w * 0.95, back * 0.7, 0.03), seat, turn)
    else:
        for k in np.linspace(-0.4, 0.4, rng.integers(3, 6)):
            mesh.box(_at(x, y, z, turn, (k * w, h + back * 0.5, w / 2 - leg)), (0.025, back, 0.02), frame, turn)


def sofa(mesh, pal, rng, x, y, z, yaw, width=None):
    turn, m = spin(yaw), pal.cloth(1.0)
    w, d, h = rng.uniform(0.8, 2.4) if width is None else width, rng.uniform(0.75, 1.0), rng.uniform(0.35, 0.45)
    mesh.box(_at(x, y, z, turn, (0, h / 2, 0)), (w, h, d), m, turn)
    mesh.box(_at(x, y, z, turn, (0, h, d / 2 - 0.1)), (w, h * 1.1, 0.22), m, turn)
    for s in (-1, 1):
        mesh.box(_at(x, y, z, turn, (s * (w / 2 - 0.1), h * 0.8, 0)), (0.2, h * 1.0, d), m, turn)
    for _ in range(rng.integers(0, 4)):
        mesh.blob(_at(x, y, z, turn, (rng.uniform(-w / 2, w / 2) * 0.7, h + 0.2, 0.1)), (0.22, 0.2, 0.09), pal.cloth(0.4), turn @ spin(rng.normal() * 0.3, 0.3))


def bed(mesh, pal, rng, x, y, z, yaw):
    turn = spin(yaw)
    w, d, h = rng.uniform(0.9, 1.8), 2.0, rng.uniform(0.35, 0.6)
    mesh.box(_at(x, y, z, turn, (0, h * 0.3, 0)), (w, h * 0.6, d), pal.wood(), turn)
    mesh.box(_at(x, y, z, turn, (0, h * 0.8, 0)), (w * 0.97, h * 0.4, d * 0.97), pal.cloth(1.5), turn)
    mesh.box(_at(x, y, z, turn, (0, h, d / 2)), (w, h * rng.uniform(1, 2.2), 0.06), pal.wood(), turn)
    for s in (-0.25, 0.25):
        mesh.blob(_at(x, y, z, turn, (s * w, h + 0.06, d / 2 - 0.3)), (w * 0.22, 0.1, 0.2), pal.cloth(0.6), turn)


def shelf(mesh, pal, rng, x, y, z, yaw):
    """An open shelf with books and things."""
    turn, m = spin(yaw), pal.wood() if rng.random() < 0.6 else pal.plain()
    w, d, h, n = rng.uniform(0.6, 2.0), rng.uniform(0.22, 0.4), rng.uniform(0.8, 2.2), rng.integers(2, 6)
    mesh.box(_at(x, y, z, turn, (0, h / 2, d / 2)), (w, h, 0.02), m, turn)
    for s in (-1, 1):
        mesh.box(_at(x, y, z, turn, (s * w / 2, h / 2, 0)), (0.03, h, d), m, turn)
    for k in range(n + 1):
        mesh.box(_at(x, y, z, turn, (0, h * k / n, 0)), (w, 0.03, d), m, turn)
    books = [pal.plain() for _ in range(5)]
    for k in range(n):
        at = -w / 2 + 0.03
        while at < w / 2 - 0.08:
            if rng.random() < 0.15:
                at += rng.uniform(0.05, 0.3)
                continue
            t, tall = rng.uniform(0.015, 0.06), h / n * rng.uniform(0.5, 0.88)
            mesh.box(_at(x, y, z, turn, (at + t / 2, h * k / n + tall / 2, -0.02)), (t, tall, d * rng.uniform(0.5, 0.8)), books[rng.integers(5)], turn)
            at += t + 0.003


def cabinet(mesh, pal, rng, x, y, z, yaw):
    turn, m = spin(yaw), pal.wood() if rng.random() < 0.5 else pal.plain()
    w, d, h = rng.uniform(0.4, 1.8), rng.uniform(0.35, 0.6), rng.uniform(0.5, 2.1)
    mesh.box(_at(x, y, z, turn, (0, h / 2, 0)), (w, h, d), m, turn)
    n, rows = rng.integers(1, 4), rng.integers(1, 4)
    for i in range(n):
        for j in range(rows):
            mesh.box(_at(x, y, z, turn, ((i + 0.5) / n * w - w / 2, (j + 0.5) / rows * h, -d / 2)), (w / n * 0.93, h / rows * 0.93, 0.03), m, turn)
    if h < 1.3:
        for _ in range(rng.integers(0, 4)):
            small(mesh, pal, rng, *_at(x, y + h, z, turn, (rng.uniform(-0.4, 0.4) * w, 0, 0)), rng.uniform(0.6, 1.6))


def lamp(mesh, pal, rng, x, y, z, tall):
    mesh.lathe((x, y, z), [(0.0, 0.02), (0.13, 0.015), (0.012, 0.03), (0.012, tall)], pal.metal(), segments=10)
    r = rng.uniform(0.1, 0.22)
    mesh.lathe((x, y, z), [(r, tall - r), (r * rng.uniform(0.4, 0.9), tall + r * 0.5)], pal.plain(glow=rng.choice([0.0, 1.5])), segments=14)


def plant(mesh, pal, rng, x, y, z, tall):
    r = tall * rng.uniform(0.12, 0.22)
    mesh.lathe((x, y, z), [(0, 0), (r * 0.7, 0), (r, r * 1.5), (r * 0.9, r * 1.5), (0, r * 1.3)], pal.plain(), segments=14)
    green = pal.foliage()
    if rng.random() < 0.5:
        mesh.leaves((x, y + tall * 0.65, z), (tall * 0.3, tall * 0.38, tall * 0.3), 110, tall * rng.uniform(0.05, 0.12), green, rng, 0.1)
    for _ in range(rng.integers(4, 14)):
        a, lean = rng.uniform(0, 6.3), rng.uniform(0.1, 0.6) * tall
        tip = np.array([np.cos(a) * lean, tall * rng.uniform(0.6, 1.0), np.sin(a) * lean])
        s = np.linspace(0, 1, 6)[:, None]
        path = np.array([x, y + r, z]) + tip * np.concatenate([s ** 1.6, s - 0.25 * s ** 3, s ** 1.6], 1)
        side = np.array([-np.sin(a), 0, np.cos(a)]) * tall * rng.uniform(0.02, 0.07) * np.sin(np.pi * (0.1 + 0.9 * s))
        mesh.grid(np.stack([path - side, path + side], 1), green)


def cup(mesh, pal, rng, x, y, z, k):
    r, h = 0.04 * k, 0.09 * k * rng.uniform(0.6, 1.3)
    m, flare = pal.cloth(0.1 * k) if rng.random() < 0.5 else pal.plain(gloss=0.8, mirror=0.2), rng.uniform(0.6, 1.0)
    mesh.lathe((x, y, z), [(0, 0), (r * flare, 0), (r * 0.98, h * 0.6), (r, h), (r * 0.92, h), (r * 0.9, h * 0.5)], m)
    mesh.lathe((x, y, z), [(r * 0.93, h * 0.86), (0, h * 0.86)], pal.plain(gloss=1.0))
    if rng.random() < 0.7:
        a, t = rng.uniform(0, 6.3), np.linspace(-1.4, 1.4, 8)
        o = np.stack([np.cos(a) * (r * 0.9 + 0.35 * h * np.cos(t)), h * (0.5 + 0.33 * np.sin(t)), np.sin(a) * (r * 0.9 + 0.35 * h * np.cos(t))], 1)
        mesh.tube(np.array([x, y, z]) + o, 0.006 * k, m, 6)
    if rng.random() < 0.6:
        plate(mesh, pal, rng, x, y, z, k * 0.75)


def plate(mesh, pal, rng, x, y, z, k):
    r = 0.11 * k * rng.uniform(0.8, 1.3)
    mesh.lathe((x, y, z), [(0, 0.004), (r * 0.6, 0.004), (r, 0.02 * k), (r * 0.98, 0.024 * k), (r * 0.58, 0.009), (0, 0.009)], pal.plain(gloss=0.7), segments=28)


def vessel(mesh, pal, rng, x, y, z, k):
    """A bottle, vase, jar or bowl: a random smooth profile."""
    h = k * rng.uniform(0.08, 0.35)
    t = np.linspace(0, 1, 12)
    r = h * rng.uniform(0.15, 0.5) * (0.7 + 0.5 * np.sin(t * rng.uniform(2, 6) + rng.uniform(0, 6)) * rng.uniform(0.2, 1))
    r = np.maximum(r, 0.12 * r.max())
    m = pal.cloth(h) if rng.random() < 0.4 else pal.plain(gloss=rng.choice([0.2, 1.0]), mirror=rng.choice([0, 0.3, 0.6]))
    mesh.lathe((x, y, z), [(0, 0), *zip(r, t * h), (r[-1] * 0.85, h), (r[-1] * 0.8, h * 0.8)], m)
    return h


def small(mesh, pal, rng, x, y, z, k=1.0):
    """One small thing of about 10 cm times k standing at (x, y, z)."""
    kind, turn = rng.random(), spin(rng.uniform(0, 6.3))
    if kind < 0.18:
        cup(mesh, pal, rng, x, y, z, k)
    elif kind < 0.38:
        vessel(mesh, pal, rng, x, y, z, k)
    elif kind < 0.5:
        s = rng.uniform(0.02, 0.16, 3) * k
        mesh.box((x, y + s[1] / 2, z), s, pal.cloth(0.2 * k), turn)
    elif kind < 0.62:
        r = rng.uniform(0.025, 0.07) * k
        mesh.blob((x, y + r * 0.9, z), (r, r * rng.uniform(0.7, 1.2), r), pal.plain(), lumps=rng.choice([0, 0.08]), rng=rng)
    elif kind < 0.74:
        h = 0.0
        for _ in range(rng.integers(1, 5)):
            t = rng.uniform(0.01, 0.04) * k
            mesh.box((x, y + h + t / 2, z), (rng.uniform(0.12, 0.2) * k, t, rng.uniform(0.15, 0.26) * k), pal.cloth(0.2 * k), turn @ spin(rng.normal() * 0.15))
            h += t
    elif kind < 0.82:
        plate(mesh, pal, rng, x, y, z, k)
        for _ in range(rng.integers(0, 5)):
            r = rng.uniform(0.015, 0.04) * k
            mesh.blob((x + rng.normal() * 0.04 * k, y + r, z + rng.normal() * 0.04 * k), (r, r * 0.8, r), pal.plain(), lumps=0.15, rng=rng, detail=7)
    elif kind < 0.88:
        plant(mesh, pal, rng, x, y, z, k * rng.uniform(0.12, 0.4))
    elif kind < 0.94:
        mesh.box((x, y + 0.003, z), (rng.uniform(0.1, 0.3) * k, 0.004, rng.uniform(0.1, 0.3) * k), pal.picture(0.2 * k), turn)
    else:
        a = turn @ np.array([1.0, 0, 0])
        mesh.tube(np.array([x, y + 0.008 * k, z]) + np.linspace(-0.09, 0.09, 5)[:, None] * a * k, 0.005 * k * np.array([0.4, 1, 1, 1.4, 1.8]), pal.metal(), 6)
