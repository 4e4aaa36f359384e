"""Triangle meshes in the world frame (x right, y up, z away), metres."""

import numpy as np


def spin(yaw=0.0, pitch=0.0, roll=0.0):
    """Rotation matrix: roll about z, then pitch about x, then yaw about y."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rx = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    rz = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return ry @ rx @ rz


def _sphere(rows, columns):
    a, b = np.meshgrid(np.linspace(np.pi, 0, rows), np.linspace(0, 2 * np.pi, columns), indexing="ij")
    return np.stack([np.sin(a) * np.cos(b), np.cos(a), np.sin(a) * np.sin(b)], -1)


_SPHERES = {n: _sphere(n, int(1.5 * n)) for n in (7, 10, 16, 24)}
_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_FACES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


class Mesh:
    """A growing soup of triangles: corners, corner normals, a material row and whether it casts a shadow."""

    def __init__(self):
        self.points, self.normals, self.materials, self.casts = [], [], [], []

    def add(self, points, normals, material, casts=True):
        self.points.append(np.asarray(points, np.float32))
        self.normals.append(np.asarray(normals, np.float32))
        self.materials.append(np.full(len(points), material, np.int32))
        self.casts.append(np.full(len(points), casts, bool))

    def arrays(self):
        """(points [T,3,3], normals [T,3,3], material [T], casts [T])"""
        return tuple(np.ascontiguousarray(np.concatenate(x)) for x in (self.points, self.normals, self.materials, self.casts))

    def quad(self, a, b, c, d, material, casts=True):
        a, b, c, d = (np.asarray(v, float) for v in (a, b, c, d))
        n = np.cross(b - a, d - a)
        n = n / (np.linalg.norm(n) + 1e-12)
        self.add([[a, b, c], [a, c, d]], np.broadcast_to(n, (2, 3, 3)), material, casts)

    def box(self, centre, size, material, turn=None, casts=True):
        """An axis-aligned box, turned by the rotation matrix `turn` about its centre."""
        corners = _CORNERS * np.asarray(size, float)
        if turn is not None:
            corners = corners @ turn.T
        q = (corners + np.asarray(centre, float))[_FACES]
        n = np.cross(q[:, 1] - q[:, 0], q[:, 3] - q[:, 0])
        n /= np.linalg.norm(n, axis=1, keepdims=True) + 1e-12
        points = np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])
        self.add(points, np.repeat(np.concatenate([n, n])[:, None], 3, 1), material, casts)

    def grid(self, v, material, casts=True, wrap=False):
        """A smooth surface through a grid of vertices [h, w, 3]; wrap: the last column equals the first."""
        dv = np.gradient(v, axis=0)
        du = np.gradient(v, axis=1)
        if wrap:
            du[:, 0] = du[:, -1] = (v[:, 1] - v[:, -2]) * 0.5
        n = np.cross(dv, du)
        n /= np.linalg.norm(n, axis=-1, keepdims=True) + 1e-9
        for x in (v, n):
            a, b, c, d = x[:-1, :-1], x[:-1, 1:], x[1:, 1:], x[1:, :-1]
            t = np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3, 3), np.stack([a, c, d], 2).reshape(-1, 3, 3)])
            if x is v:
                points = t
            else:
                normals = t
        self.add(points, normals, material, casts)

    def blob(self, centre, radii, material, turn=None, lumps=0.0, rng=None, detail=10):
        """An ellipsoid, its radius modulated by a few random waves of relative amplitude `lumps`."""
        s = _SPHERES[detail]
        r = 1.0
        if lumps > 0:
            k = rng.normal(size=(5, 3)) * np.array([1.5, 2, 3, 4, 5])[:, None]
            r = 1 + lumps * sum(np.sin(s @ k[i] + rng.uniform(0, 6)) / (1 + 0.5 * i) for i in range(5))[..., None] * 0.6
        v = s * r * np.asarray(radii, float)
        if turn is not None:
            v = v @ turn.T
        self.grid(v + np.asarray(centre, float), material, wrap=True)

    def lathe(self, base, profile, material, turn=None, segments=20):
        """A surface of revolution about y; profile: [(radius, height), ...]."""
        p = np.asarray(profile, float)
        a = np.linspace(0, 2 * np.pi, segments + 1)
        v = np.stack([p[:, :1] * np.cos(a), np.repeat(p[:, 1:], len(a), 1), p[:, :1] * np.sin(a)], -1)
        if turn is not None:
            v = v @ turn.T
        self.grid(v + np.asarray(base, float), material, wrap=True)

    def tube(self, path, radius, material, segments=8):
        """A tube along points [n, 3]; radius is a number or one per point."""
        path = np.asarray(path, float)
        r = np.broadcast_to(np.asarray(radius, float), len(path))
        along = np.gradient(path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        side = np.cross(along, [0.31, 0.17, 0.93])
        side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
        other = np.cross(along, side)
        a = np.linspace(0, 2 * np.pi, segments + 1)
        v = path[:, None] + r[:, None, None] * (side[:, None] * np.cos(a)[:, None] + other[:, None] * np.sin(a)[:, None])
        self.grid(v, material, wrap=True)

    def leaves(self, centre, radii, count, size, material, rng, shell=0.5):
        """Many small randomly turned quads inside an ellipsoid: foliage, hair, grass tufts."""
        d = rng.normal(size=(count, 3))
        d /= np.linalg.norm(d, axis=1, keepdims=True)
        at = np.asarray(centre) + d * np.asarray(radii, float) * (shell + (1 - shell) * rng.random((count, 1)))
        a = rng.normal(size=(count, 3))
        a /= np.linalg.norm(a, axis=1, keepdims=True)
        b = np.cross(a, d)
        b /= np.linalg.norm(b, axis=1, keepdims=True) + 1e-9
        s = size * rng.uniform(0.5, 1.3, (count, 1))
        n = np.cross(a, b) * 0.4 + d
        n /= np.linalg.norm(n, axis=1, keepdims=True) + 1e-9
        q = np.stack([at - a * s, at + b * s * 0.5, at + a * s, at - b * s * 0.5], 1)
        points = np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])
        self.add(points, np.repeat(np.concatenate([n, n])[:, None], 3, 1), material)
