"""Rooms, corridors and stairs."""

import numpy as np

from . import living, things
from .mesh import spin
from .scene import lamplight


def shell(scene, w, h, d, casts=False):
    """Floor, ceiling and walls of a room [-w/2, w/2] × [0, h] × [0, d], with skirting, openings and pictures."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    wall = pal.wall()
    other = wall if rng.random() < 0.7 else pal.wall()
    floor, ceiling = pal.floor(), pal.wall() if rng.random() < 0.15 else pal.plain(a=np.full(3, rng.uniform(0.4, 0.9)), gloss=0.0)
    x = w / 2
    mesh.quad((-x, 0, 0), (x, 0, 0), (x, 0, d), (-x, 0, d), floor, casts)
    mesh.quad((-x, h, 0), (-x, h, d), (x, h, d), (x, h, 0), ceiling, casts)
    mesh.quad((-x, 0, d), (x, 0, d), (x, h, d), (-x, h, d), wall, casts)
    mesh.quad((-x, 0, 0), (-x, h, 0), (x, h, 0), (x, 0, 0), wall, casts)
    mesh.quad((-x, 0, 0), (-x, 0, d), (-x, h, d), (-x, h, 0), other, casts)
    mesh.quad((x, 0, 0), (x, h, 0), (x, h, d), (x, 0, d), other, casts)
    if rng.random() < 0.6:
        trim, t = pal.plain(), rng.uniform(0.06, 0.15)
        mesh.box((0, t / 2, d), (w, t, 0.03), trim, casts=False)
        for s in (-1, 1):
            mesh.box((s * x, t / 2, d / 2), (0.03, t, d), trim, casts=False)
    for _ in range(rng.integers(1, 7)):
        opening(scene, w, h, d)


def opening(scene, w, h, d):
    """A picture, window or door on a random wall."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    side, kind = rng.integers(0, 3), rng.random()
    if kind < 0.5:
        pw, ph, y = rng.uniform(0.25, 1.3), rng.uniform(0.25, 1.1), rng.uniform(1.2, max(1.3, h - 0.8))
        skin, depth = pal.picture(pw), 0.02
    elif kind < 0.78:
        pw, ph = rng.uniform(0.7, 2.2), rng.uniform(0.8, 1.6)
        y, depth = 0.9 + ph / 2, 0.03
        skin = pal.add(11, a=np.array([0.6, 0.7, 0.8]), b=np.array([0.3, 0.45, 0.3]) * rng.uniform(0.3, 1.5), scale=1.2 / ph, glow=rng.uniform(0.3, 2.0), dirt=0.3)
    else:
        pw, ph = rng.uniform(0.75, 1.1), min(2.1, h * 0.9)
        y, skin, depth = ph / 2, pal.wood() if rng.random() < 0.6 else pal.plain(), 0.04
    frame = pal.plain()
    span = (w if side == 0 else d)
    at = rng.uniform(-0.42, 0.42) * span
    turn = spin(0 if side == 0 else np.pi / 2)
    centre = np.array([at, y, d - 0.02]) if side == 0 else np.array([(1 if side == 1 else -1) * (w / 2 - 0.02), y, d / 2 + at])
    mesh.box(centre, (pw, ph, depth), skin, turn, casts=False)
    t = rng.uniform(0.02, 0.09)
    for s in (-1, 1):
        mesh.box(centre + turn @ np.array([s * (pw + t) / 2, 0, 0]), (t, ph + 2 * t, depth + 0.05), frame, turn, casts=False)
        mesh.box(centre + turn @ np.array([0, s * (ph + t) / 2, 0]), (pw, t, depth + 0.05), frame, turn, casts=False)
    if 0.5 <= kind < 0.78:
        mesh.box(centre, (t * 0.6, ph, depth + 0.04), frame, turn, casts=False)
        mesh.box(centre, (pw, t * 0.6, depth + 0.04), frame, turn, casts=False)
        if rng.random() < 0.4:
            cloth = pal.cloth(1.0)
            for s in (-1, 1):
                u = np.linspace(0, 1, 22)
                fold = np.stack([s * (pw / 2 + 0.1) + (u - 0.5) * 0.45, 0 * u, -0.12 - 0.05 * np.sin(u * 28)], 1)
                rows = [fold + [0, ph / 2 + 0.2, 0], fold + [0, -ph / 2 - rng.choice([0.1, 0.7]), 0]]
                mesh.grid(np.stack([r @ turn.T * 1.0 + centre for r in rows]) if side == 0 else np.stack([r * [1, 1, 1 if side == 1 else -1] @ turn.T + centre for r in rows]), cloth)


def furnish(scene, x, z, yaw, wall=False):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    k = rng.random()
    if wall:
        build = [things.sofa, things.shelf, things.cabinet, things.bed][rng.choice(4, p=[0.2, 0.32, 0.38, 0.1])]
        build(mesh, pal, rng, x, 0, z, yaw)
    elif k < 0.35:
        size = (rng.uniform(0.6, 1.8), rng.choice([0.42, 0.74, 0.9]), rng.uniform(0.5, 1.0))
        top = things.table(mesh, pal, rng, x, 0, z, yaw, size)
        for _ in range(rng.integers(0, 6)):
            p = spin(yaw) @ np.array([rng.uniform(-0.4, 0.4) * size[0], 0, rng.uniform(-0.4, 0.4) * size[2]])
            things.small(mesh, pal, rng, x + p[0], top, z + p[2], rng.uniform(0.8, 1.8))
        for _ in range(rng.integers(0, 4)):
            a = rng.uniform(0, 6.3)
            things.chair(mesh, pal, rng, x + np.cos(a) * size[0] * 0.7, 0, z + np.sin(a) * size[2] * 0.9, -a - np.pi / 2 + rng.normal() * 0.3 + np.pi)
    elif k < 0.5:
        things.chair(mesh, pal, rng, x, 0, z, rng.uniform(0, 6.3))
    elif k < 0.6:
        things.sofa(mesh, pal, rng, x, 0, z, rng.uniform(0, 6.3))
    elif k < 0.7:
        things.lamp(mesh, pal, rng, x, 0, z, rng.uniform(1.2, 1.8))
    elif k < 0.78:
        things.plant(mesh, pal, rng, x, 0, z, rng.uniform(0.5, 1.8))
    elif k < 0.9:
        living.person(mesh, pal, rng, x, 0, z, rng.uniform(0, 6.3))
    elif k < 0.95:
        living.animal(mesh, pal, rng, x, 0, z, rng.uniform(0, 6.3), rng.uniform(0.4, 1.0))
    else:
        s = rng.uniform(0.2, 0.8, 3)
        mesh.box((x, s[1] / 2, z), s, pal.cloth(0.5), spin(yaw))


def room(scene):
    rng = scene.rng
    w, h, d = rng.uniform(2.8, 8), rng.uniform(2.3, 3.6), rng.uniform(3, 9)
    shell(scene, w, h, d)
    eye = (rng.uniform(-0.38, 0.38) * w, rng.uniform(0.5, 1.8), rng.uniform(0.1, 0.3) * d)
    pitch = rng.normal(-0.12, 0.14)
    yaw = rng.normal() * 0.35 - np.arctan2(eye[0], d) * 0.8
    aim = np.array([np.sin(yaw), np.tan(pitch), np.cos(yaw)])
    scene.camera(eye, np.asarray(eye) + aim * d * 0.5, rng.uniform(45, 88))
    n = rng.integers(2, 6)
    for i in range(n):
        z = 1.0 + (d - 1.6) * (i + rng.random()) / n
        s = rng.choice([-1, 1])
        furnish(scene, s * (w / 2 - 0.35), z, -s * np.pi / 2 + np.pi, True)
    for _ in range(rng.integers(0, 4)):
        furnish(scene, rng.uniform(-0.42, 0.42) * w, d - 0.35, 0.0, True)
    for _ in range(rng.integers(1, 6)):
        x, z = rng.uniform(-0.36, 0.36) * w, rng.uniform(0.3, 0.88) * d
        if (x - eye[0]) ** 2 + (z - eye[2]) ** 2 > 1.0:
            furnish(scene, x, z, rng.choice([0, np.pi / 2, rng.uniform(0, 3)]))
    if rng.random() < 0.4:
        rw, rd, z = rng.uniform(0.8, 2.5), rng.uniform(0.8, 2), rng.uniform(0.3, 0.7) * d
        scene.mesh.box((rng.normal() * 0.1 * w, 0.006, z), (rw, 0.012, rd), scene.palette.cloth(1.5), spin(rng.choice([0, rng.normal() * 0.3])))
    if rng.random() < 0.3:
        p = (rng.uniform(-0.2, 0.2) * w, h, rng.uniform(0.4, 0.8) * d)
        drop = rng.uniform(0.3, 1.1)
        scene.mesh.tube([p, (p[0], h - drop, p[2])], 0.01, scene.palette.metal(), 5)
        scene.mesh.lathe((p[0], h - drop - 0.2, p[2]), [(0.22, 0), (0.18, 0.12), (0.03, 0.22)], scene.palette.plain(glow=rng.choice([0, 2])))
    lamplight(scene, (-w * 0.45, 0.5, 0.1), (w * 0.45, h, d * 0.9))


def corridor(scene):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    w, h, d = rng.uniform(1.4, 5), rng.uniform(2.3, 5), rng.uniform(8, 30)
    shell(scene, w, h, d)
    kind, step, m, n = rng.random(), rng.uniform(1.2, 3.5), pal.wall(), pal.plain()
    for z in np.arange(rng.uniform(0.5, 2), d - 0.3, step):
        for s in (-1, 1):
            if kind < 0.35:
                r = rng.uniform(0.1, 0.2)
                mesh.lathe((s * (w / 2 - 0.3), 0, z), [(r * 1.4, 0), (r, 0.15), (r * 0.9, h - 0.15), (r * 1.4, h)], m, segments=12)
            elif kind < 0.75:
                mesh.box((s * w / 2, 1.02, z), (0.07, 2.04, 0.9), n, casts=False)
            elif rng.random() < 0.5:
                furnish(scene, s * (w / 2 - 0.3), z, 0)
        if rng.random() < 0.7:
            mesh.box((0, h - 0.02, z), (0.5, 0.04, 0.7), pal.plain(a=np.full(3, 0.9), glow=1.5), casts=False)
    for _ in range(rng.integers(0, 4)):
        living.person(mesh, pal, rng, rng.uniform(-0.3, 0.3) * w, 0, rng.uniform(2.5, d - 1), rng.uniform(0, 6.3))
    scene.camera((rng.uniform(-0.3, 0.3) * w, rng.uniform(0.8, 1.8), 0.3), (rng.normal() * 0.1 * w, rng.normal(1.3, 0.4), d * 0.5), rng.uniform(50, 85))
    lamplight(scene, (-w * 0.4, 1.5, 1.0), (w * 0.4, h, d * 0.8))


def stairs(scene):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    n, rise, run, w = rng.integers(5, 16), rng.uniform(0.14, 0.2), rng.uniform(0.25, 0.5), rng.uniform(1.2, 5)
    room_w, h = w + rng.uniform(0.2, 4), n * rise + rng.uniform(2.2, 3.5)
    d = 2.5 + n * run + rng.uniform(0.5, 4)
    shell(scene, room_w, h, d)
    m = pal.floor()
    for i in range(n):
        mesh.box((0, rise * (i + 1) / 2, 2.5 + run * i + (d - 2.5 - run * i) / 2), (w, rise * (i + 1), d - 2.5 - run * i), m)
    if rng.random() < 0.6:
        rail = pal.metal()
        for s in (-1, 1):
            mesh.tube([(s * w / 2, 0.9, 2.5), (s * w / 2, 0.9 + n * rise, 2.5 + n * run)], 0.03, rail)
            for i in range(n):
                mesh.tube([(s * w / 2, rise * i, 2.6 + run * i), (s * w / 2, rise * i + 0.9, 2.6 + run * i)], 0.015, rail, 5)
    for _ in range(rng.integers(0, 3)):
        i = rng.integers(0, n)
        living.person(mesh, pal, rng, rng.uniform(-0.35, 0.35) * w, rise * (i + 1), 2.6 + run * (i + 0.4), rng.uniform(0, 6.3))
    scene.camera((rng.uniform(-0.3, 0.3) * room_w, rng.uniform(0.7, 1.8), rng.uniform(0.2, 0.8)), (rng.normal() * 0.3, rng.uniform(0.6, 1.8), 3.5), rng.uniform(50, 80))
    lamplight(scene, (-room_w * 0.4, h * 0.5, 0.3), (room_w * 0.4, h, d * 0.7))
