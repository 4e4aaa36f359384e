"""Things found outdoors: trees, rocks, buildings, vehicles, street furniture, flowers."""

import numpy as np

from .mesh import spin


def tree(mesh, pal, rng, x, y, z, tall, green=None, bark=None):
    green = pal.foliage() if green is None else green
    bark = pal.wood(3.0) if bark is None else bark
    lean = rng.normal(size=2) * 0.04 * tall
    t = np.linspace(0, 1, 5)[:, None]
    trunk = np.array([x, y - 0.1, z]) + t * np.array([lean[0], tall * 0.75, lean[1]])
    mesh.tube(trunk, tall * np.linspace(0.035, 0.012, 5) * rng.uniform(0.6, 1.5), bark, 7)
    kind = rng.random()
    if kind < 0.3:
        n = rng.integers(4, 8)
        for i in range(n):
            k = i / n
            r = tall * 0.25 * (1 - k) + 0.03 * tall
            mesh.lathe((x + lean[0] * k, y + tall * (0.15 + 0.8 * k), z + lean[1] * k), [(r, 0), (r * 0.5, tall * 0.09), (0.01, tall * 0.24)], green, spin(rng.uniform(0, 6), rng.normal() * 0.05), 9)
        return
    if kind < 0.92:
        for _ in range(rng.integers(3, 8)):
            a, r = rng.uniform(0, 6.3), tall * rng.uniform(0.05, 0.22)
            at = (x + lean[0] + np.cos(a) * r, y + tall * rng.uniform(0.5, 0.92), z + lean[1] + np.sin(a) * r)
            s = tall * rng.uniform(0.1, 0.2)
            mesh.tube([trunk[3], at], tall * 0.008, bark, 5)
            if rng.random() < 0.6:
                mesh.blob(at, (s, s * 0.8, s), green, lumps=0.3, rng=rng)
            mesh.leaves(at, (s * 1.3, s, s * 1.3), int(rng.integers(30, 90)), tall * 0.035, green, rng)
        return
    for _ in range(rng.integers(6, 16)):
        a = rng.uniform(0, 6.3)
        tip = trunk[rng.integers(2, 5)] + np.array([np.cos(a) * 0.25, rng.uniform(0.05, 0.35), np.sin(a) * 0.25]) * tall
        mesh.tube([trunk[rng.integers(1, 4)], (trunk[3] + tip) / 2 + rng.normal(size=3) * 0.02 * tall, tip], [tall * 0.012, tall * 0.007, tall * 0.003], bark, 5)


def bush(mesh, pal, rng, x, y, z, size, green=None):
    green = pal.foliage() if green is None else green
    mesh.blob((x, y + size * 0.4, z), (size * 0.6, size * 0.5, size * 0.6), green, lumps=0.2, rng=rng)
    mesh.leaves((x, y + size * 0.45, z), (size * 0.75, size * 0.6, size * 0.75), 60, size * 0.12, green, rng)


def rock(mesh, pal, rng, x, y, z, size, material):
    mesh.blob((x, y + size * 0.2, z), size * rng.uniform(0.3, 0.7, 3), material, spin(*rng.uniform(0, 3, 3)), 0.25, rng)


def building(mesh, pal, rng, x, y, z, size, yaw=0.0, skin=None):
    """size: (width, height, depth); a flat, gabled, hipped or pagoda roof."""
    w, h, d = size
    turn, skin = spin(yaw), pal.facade() if skin is None else skin
    at = lambda a, b, c: np.array([x, y, z]) + turn @ np.array([a, b, c])
    mesh.box(at(0, h / 2, 0), (w, h, d), skin, turn)
    roof, kind, over = pal.plain(), rng.random(), rng.uniform(0.1, 0.6)
    if kind < 0.4:
        mesh.box(at(0, h, 0), (w + over, 0.3, d + over), roof, turn)
        for _ in range(rng.integers(0, 3)):
            mesh.box(at(rng.uniform(-0.3, 0.3) * w, h + 0.8, rng.uniform(-0.3, 0.3) * d), (w * 0.15, 1.6, d * 0.15), skin, turn)
    elif kind < 0.8:
        r, k = min(w, d) * rng.uniform(0.2, 0.6), (0.0 if kind < 0.6 else rng.uniform(0.3, 0.5))
        a, b, c, e = (at(sx * (w / 2 + over), h, sz * (d / 2 + over)) for sx, sz in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
        p, q = at(-w / 2 * (1 - k) - over * (k == 0), h + r, 0), at(w / 2 * (1 - k) + over * (k == 0), h + r, 0)
        mesh.quad(a, b, q, p, roof)
        mesh.quad(c, e, p, q, roof)
        mesh.quad(e, a, p, p, roof if k else skin)
        mesh.quad(b, c, q, q, roof if k else skin)
    else:
        base, k = h, 1.0
        for _ in range(rng.integers(1, 5)):
            tier = h * rng.uniform(0.15, 0.3)
            s = np.linspace(0, 1, 6)
            a = np.pi / 4 + np.arange(5) * np.pi / 2
            rr = (k * 0.95 * (1 - s) ** 1.6 + 0.25 * k)[:, None] * np.array([1.0])
            v = np.stack([rr * np.cos(a) * w, np.repeat((base + tier * s)[:, None], 5, 1), rr * np.sin(a) * d], -1) @ turn.T + [x, y, z]
            mesh.grid(v, roof)
            base += tier
            k *= rng.uniform(0.55, 0.8)
            mesh.box(at(0, base, 0), (w * k * 0.8, tier * 1.4, d * k * 0.8), skin, turn)


def tower(mesh, pal, rng, x, y, z, tall):
    """A tower, chimney, rocket, statue on a column or lattice mast."""
    kind, r = rng.random(), tall * rng.uniform(0.03, 0.12)
    if kind < 0.55:
        t = np.linspace(0, 1, 8)
        profile = r * (1 - rng.uniform(0, 0.7) * t) * (1 + 0.15 * np.sin(t * rng.uniform(3, 20)))
        mesh.lathe((x, y, z), [*zip(profile, t * tall * 0.85), (0.0, tall)], pal.facade() if rng.random() < 0.5 else pal.plain(), segments=16)
        return
    if kind < 0.75:
        building(mesh, pal, rng, x, y, z, (r * 2.5, tall, r * 2.5), rng.uniform(0, 1))
        return
    m, n = pal.metal(), 8
    for i in range(4):
        a0 = i * np.pi / 2
        for j in range(n):
            k0, k1 = 1 - 0.85 * j / n, 1 - 0.85 * (j + 1) / n
            p0 = np.array([x + r * 1.5 * k0 * np.cos(a0), y + tall * j / n, z + r * 1.5 * k0 * np.sin(a0)])
            p1 = np.array([x + r * 1.5 * k1 * np.cos(a0), y + tall * (j + 1) / n, z + r * 1.5 * k1 * np.sin(a0)])
            p2 = np.array([x + r * 1.5 * k1 * np.cos(a0 + 1.571), y + tall * (j + 1) / n, z + r * 1.5 * k1 * np.sin(a0 + 1.571)])
            mesh.tube([p0, p1], tall * 0.008, m, 5)
            mesh.tube([p0, p2], tall * 0.004, m, 5)


def car(mesh, pal, rng, x, y, z, yaw):
    turn, paint = spin(yaw), pal.plain(gloss=1.0, mirror=0.4)
    glass, rubber, shine = pal.add(a=np.full(3, 0.02), gloss=1.0, mirror=0.7), pal.plain(a=np.full(3, 0.02)), pal.plain(glow=0.3)
    at = lambda a, b, c: np.array([x, y, z]) + turn @ np.array([a, b, c])
    w, l, van = rng.uniform(1.65, 1.9), rng.uniform(3.6, 4.8), rng.random() < 0.25
    mesh.box(at(0, 0.6, 0), (w, 0.6, l), paint, turn)
    h, f, b = (1.2, 0.8, 1.0) if van else (0.6, 0.3, 0.45)
    low = [at(sx * w * 0.47, 0.9, sz * l * 0.5 * (1 if van else k)) for sx, sz, k in ((-1, -1, 0.6), (1, -1, 0.6), (1, 1, 0.9), (-1, 1, 0.9))]
    high = [at(sx * w * 0.4, 0.9 + h, sz * l * 0.5 * k) for sx, sz, k in ((-1, -1, f), (1, -1, f), (1, 1, b), (-1, 1, b))]
    mesh.quad(*high, paint)
    for i in range(4):
        mesh.quad(low[i], low[(i + 1) % 4], high[(i + 1) % 4], high[i], paint if van and i % 2 else glass)
    for sx in (-1, 1):
        mesh.box(at(sx * w * 0.36, 0.68, -l / 2), (0.3, 0.15, 0.06), shine, turn)
        for sz in (-1, 1):
            mesh.lathe(at(sx * w * 0.5 - 0.1, 0.32, sz * l * 0.32), [(0, 0), (0.32, 0), (0.32, 0.2), (0.15, 0.2), (0, 0.18)], rubber, turn @ spin(0, 0, -np.pi / 2), 14)


def fence(mesh, pal, rng, a, b, tall):
    """Posts and rails, bars or a wall between ground points a and b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    m, length, kind = pal.wood() if rng.random() < 0.6 else pal.metal(), np.linalg.norm(b - a), rng.random()
    if kind < 0.25:
        yaw = np.arctan2(b[0] - a[0], b[2] - a[2])
        mesh.box((a + b) / 2 + [0, tall / 2, 0], (0.2, tall, length), pal.wall(), spin(yaw))
        return
    yaw = spin(np.arctan2(b[0] - a[0], b[2] - a[2]))
    step = rng.uniform(0.12, 0.3) if kind < 0.65 else rng.uniform(1, 2.2)
    for t in np.linspace(0, 1, min(80, int(length / step) + 2)):
        mesh.box(a + (b - a) * t + [0, tall / 2, 0], (0.05, tall, 0.05 if step < 0.5 else 0.1), m, yaw)
    for k in (0.35, 0.85):
        mesh.box((a + b) / 2 + [0, tall * k, 0], (0.04, 0.06, length), m, yaw)


def pole(mesh, pal, rng, x, y, z, tall, reach=0.0):
    m = pal.metal()
    mesh.tube([(x, y, z), (x, y + tall, z)], [0.09, 0.05], m, 8)
    if reach:
        mesh.tube([(x, y + tall, z), (x + reach, y + tall + 0.2, z)], 0.04, m, 6)
        mesh.box((x + reach, y + tall + 0.12, z), (0.5, 0.12, 0.2), m)
    elif rng.random() < 0.5:
        s = rng.uniform(0.4, 0.9)
        mesh.box((x, y + tall * 0.85, z - 0.08), (s, s * rng.uniform(0.5, 1.5), 0.03), pal.picture(s), spin(rng.normal() * 0.5))


def flower(mesh, pal, rng, x, y, z, size, tilt, petal, heart):
    """Petals around a heart, facing the direction `tilt` (rotation of +y)."""
    n, width, cupped = rng.integers(4, 14), rng.uniform(0.15, 0.4), rng.uniform(-0.2, 0.9)
    s, w = np.linspace(0, 1, 7)[:, None], np.linspace(-1, 1, 5)[None]
    for layer in range(rng.integers(1, 4)):
        for i in range(n):
            a = (i + 0.5 * layer) * 2 * np.pi / n + rng.normal() * 0.06
            out = size * s * (1 - 0.2 * layer)
            side = size * width * np.sin(np.pi * np.clip(0.08 + 0.9 * s, 0, 1)) * w
            up = size * ((cupped + 0.25 * layer) * s ** 2 - 0.15 * w ** 2 * s) * 0.6
            v = np.stack([out * np.cos(a) - side * np.sin(a), up + 0 * side, out * np.sin(a) + side * np.cos(a)], -1)
            mesh.grid(v @ tilt.T + [x, y, z], petal)
    k = size * rng.uniform(0.12, 0.35)
    mesh.blob((x, y, z) + tilt @ np.array([0, k * 0.3, 0]), (k, k * 0.5, k), heart, tilt, 0.05, rng)
