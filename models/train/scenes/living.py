"""People and animals, made of ellipsoids and tubes."""

import numpy as np

from .mesh import spin


def _limb(mesh, a, b, r0, r1, material, bend, rng):
    t = np.linspace(0, 1, 6)[:, None]
    path = np.asarray(a) * (1 - t) + np.asarray(b) * t + bend * np.sin(np.pi * t)
    mesh.tube(path, np.linspace(r0, r1, 6), material, 8)


def head(mesh, pal, rng, at, r, yaw, skin):
    """A human head of radius r with hair, eyes, nose and mouth."""
    turn, at = spin(yaw, rng.normal() * 0.12, rng.normal() * 0.1), np.asarray(at, float)
    mesh.blob(at, (r * 0.78, r, r * 0.88), skin, turn, 0.02, rng, 16)
    hair = pal.fur()
    kind = rng.random()
    if kind < 0.9:
        mesh.blob(at + turn @ np.array([0, r * 0.3, r * 0.2]), (r * 0.9, r * 0.92, r * 0.92), hair, turn, 0.05, rng, 16)
    if kind < 0.4:
        mesh.blob(at + turn @ np.array([0, -r * 0.5, r * 0.45]), (r * 0.95, r * rng.uniform(0.8, 1.6), r * 0.55), hair, turn, 0.08, rng, 16)
    dark, white, lip = pal.plain(a=np.full(3, 0.02)), pal.plain(a=np.full(3, 0.6)), pal.plain(a=np.array([0.4, 0.1, 0.08]))
    for s in (-1, 1):
        mesh.blob(at + turn @ np.array([s * r * 0.3, r * 0.1, -r * 0.76]), (r * 0.12, r * 0.07, r * 0.08), white, turn, detail=7)
        mesh.blob(at + turn @ np.array([s * r * 0.3, r * 0.1, -r * 0.8]), (r * 0.06, r * 0.06, r * 0.06), dark, turn, detail=7)
        mesh.blob(at + turn @ np.array([s * r * 0.3, r * 0.27, -r * 0.77]), (r * 0.17, r * 0.03, r * 0.07), hair, turn, detail=7)
    mesh.blob(at + turn @ np.array([0, -r * 0.1, -r * 0.85]), (r * 0.12, r * 0.2, r * 0.17), skin, turn, detail=7)
    mesh.blob(at + turn @ np.array([0, -r * 0.48, -r * 0.7]), (r * 0.26, r * 0.06, r * 0.1), lip, turn, detail=7)


def person(mesh, pal, rng, x, y, z, yaw, tall=None, seated=False):
    """A clothed person standing (or sitting) at (x, y, z), facing -z when yaw is 0."""
    h = rng.uniform(1.5, 1.95) if tall is None else tall
    k, turn, o = h / 1.75, spin(yaw), np.array([x, y, z], float)
    skin, top, trousers, shoe = pal.skin(), pal.cloth(0.5), pal.cloth(0.6), pal.plain()
    p = lambda a, b, c: o + turn @ np.array([a, b, c]) * k
    drop = 0.42 if seated else 0.0
    wide = rng.uniform(0.85, 1.3)
    mesh.blob(p(0, 1.2 - drop, 0), (0.2 * k * wide, 0.33 * k, 0.13 * k * wide), top, turn, 0.04, rng, 16)
    mesh.blob(p(0, 0.95 - drop, 0), (0.17 * k * wide, 0.17 * k, 0.13 * k * wide), trousers, turn)
    mesh.tube([p(0, 1.4 - drop, 0.01), p(0, 1.55 - drop, 0)], 0.055 * k, skin)
    head(mesh, pal, rng, p(0, 1.62 - drop, -0.01), 0.125 * k, yaw + rng.normal() * 0.3, skin)
    step = rng.normal() * 0.16
    for s in (-1, 1):
        hip, foot = p(s * 0.09, 0.92 - drop, 0), p(s * 0.1, 0.06, s * step - (0.4 if seated else 0))
        knee = p(s * 0.1, 0.5, -0.42) if seated else (hip + foot) / 2 + turn @ np.array([0, 0, -0.04])
        mesh.tube([hip, (hip + knee) / 2, knee, (knee + foot) / 2, foot], np.array([0.09, 0.085, 0.065, 0.06, 0.05]) * k, trousers)
        mesh.blob(foot + turn @ np.array([0, -0.02, -0.06]), (0.05 * k, 0.045 * k, 0.12 * k), shoe, turn, detail=7)
        hand = p(s * rng.uniform(0.18, 0.5), rng.uniform(0.75, 1.25) - drop, rng.uniform(-0.4, 0.1))
        _limb(mesh, p(s * 0.19 * wide, 1.4 - drop, 0), hand, 0.06 * k, 0.04 * k, top, turn @ np.array([s * 0.06, -0.05, 0.08]), rng)
        mesh.blob(hand, (0.045 * k, 0.05 * k, 0.045 * k), skin, detail=7)


def bust(mesh, pal, rng, x, y, z, yaw):
    """Head and shoulders for portraits; (x, y, z) is the middle of the face."""
    skin, top, k = pal.skin(), pal.cloth(0.5), rng.uniform(0.9, 1.1)
    head(mesh, pal, rng, (x, y, z), 0.125 * k, yaw, skin)
    turn = spin(yaw + rng.normal() * 0.3)
    mesh.tube([(x, y - 0.3 * k, z + 0.04), (x, y - 0.05, z + 0.02)], 0.06 * k, skin)
    mesh.blob((x, y - 0.5 * k, z + 0.06), (0.24 * k, 0.3 * k, 0.15 * k), top, turn, 0.05, rng, 16)
    for s in (-1, 1):
        shoulder = np.array([x, y - 0.32 * k, z + 0.06]) + turn @ np.array([s * 0.19 * k, 0, 0])
        _limb(mesh, shoulder, shoulder + turn @ np.array([s * rng.uniform(0.0, 0.2), -0.4, rng.uniform(-0.3, 0.05)]), 0.075 * k, 0.06 * k, top, turn @ np.array([s * 0.08, 0, 0]), rng)


def animal(mesh, pal, rng, x, y, z, yaw, size):
    """A four-legged animal, standing or lying, `size` metres long, facing -z when yaw is 0."""
    turn, o, fur = spin(yaw), np.array([x, y, z], float), pal.fur()
    p = lambda a, b, c: o + turn @ np.array([a, b, c]) * size
    lie = rng.random() < 0.45
    h = 0.2 if lie else rng.uniform(0.4, 0.65)
    fat, neck = rng.uniform(0.14, 0.24), rng.uniform(0.1, 0.4)
    mesh.blob(p(0, h, 0.1), (fat * size, fat * size, 0.45 * size), fur, turn, 0.06, rng, 16)
    hr = rng.uniform(0.13, 0.2) * size
    hp = p(rng.normal() * 0.08, h + neck, -0.42)
    mesh.tube([p(0, h + 0.03, -0.2), hp], [fat * size * 0.75, hr * 0.75], fur)
    look = turn @ spin(rng.normal() * 0.5, rng.normal() * 0.15)
    mesh.blob(hp, (hr * 0.9, hr * 0.88, hr), fur, look, 0.03, rng, 16)
    long = rng.uniform(0.25, 0.7)
    mesh.blob(hp + look @ np.array([0, -hr * 0.3, -hr * 0.8]), (hr * 0.42, hr * 0.36, hr * long), fur, look)
    dark, eye = pal.plain(a=np.full(3, 0.015), gloss=1.0), pal.plain(gloss=1.0)
    mesh.blob(hp + look @ np.array([0, -hr * 0.2, -hr * (0.75 + long)]), (hr * 0.15, hr * 0.1, hr * 0.1), dark, look, detail=7)
    pointed = rng.random() < 0.6
    for s in (-1, 1):
        mesh.blob(hp + look @ np.array([s * hr * 0.42, hr * 0.15, -hr * 0.78]), (hr * 0.17, hr * 0.15, hr * 0.1), eye, look, detail=7)
        mesh.blob(hp + look @ np.array([s * hr * 0.42, hr * 0.15, -hr * 0.87]), (hr * 0.08, hr * 0.12, hr * 0.05), dark, look, detail=7)
        if pointed:
            mesh.lathe(hp + look @ np.array([s * hr * 0.55, hr * 0.6, 0]), [(hr * 0.36, 0), (hr * 0.2, hr * 0.4), (0.0, hr * 0.85)], fur, look @ spin(0, 0, -s * 0.25), 10)
        else:
            mesh.blob(hp + look @ np.array([s * hr * 0.9, hr * 0.2, 0.1 * hr]), (hr * 0.16, hr * 0.5, hr * 0.3), fur, look)
        for c in (-0.22, 0.4):
            top = p(s * fat * 0.6, h - 0.02, c)
            foot = p(s * (fat * 0.6 + (0.12 if lie else 0.0)), 0.04, c + (-0.2 if lie else rng.normal() * 0.06))
            _limb(mesh, top, foot, 0.075 * size, 0.04 * size, fur, turn @ np.array([s * 0.02, 0, 0.03]) * size, rng)
    tail = np.linspace(0, 1, 6)[:, None]
    mesh.tube(p(0, h + 0.05, 0.5) + turn @ np.array([rng.normal() * 0.3, rng.uniform(-0.3, 0.5), 0.35]) * size * tail ** 1.3, 0.04 * size, fur)
