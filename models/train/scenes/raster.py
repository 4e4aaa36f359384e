"""Z-buffer rasteriser. Depth is planar (the z of the camera frame), evaluated at the pixel's centre."""

import numpy as np
from numba import njit

NEAR = 0.04


@njit(cache=True, fastmath=True, error_model="numpy")
def _fill(ax, ay, az, bx, by, bz, cx, cy, cz, index, depth, triangle):
    """Fill one projected triangle; a, b, c are (pixel x, pixel y, 1/z)."""
    height, width = depth.shape
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if abs(area) < 1e-9:
        return
    x0 = max(0, int(np.floor(min(ax, bx, cx) - 0.5)))
    x1 = min(width - 1, int(np.ceil(max(ax, bx, cx) - 0.5)))
    y0 = max(0, int(np.floor(min(ay, by, cy) - 0.5)))
    y1 = min(height - 1, int(np.ceil(max(ay, by, cy) - 0.5)))
    inv = 1.0 / area
    for y in range(y0, y1 + 1):
        py = y + 0.5
        for x in range(x0, x1 + 1):
            px = x + 0.5
            w0 = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inv
            w1 = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inv
            w2 = 1.0 - w0 - w1
            if w0 >= 0.0 and w1 >= 0.0 and w2 >= 0.0:
                z = 1.0 / (w0 * az + w1 * bz + w2 * cz)
                if z < depth[y, x]:
                    depth[y, x] = z
                    triangle[y, x] = index


@njit(cache=True, fastmath=True, error_model="numpy")
def rasterise(points, focal, width, height):
    """Draw triangles given in the camera frame (x right, y up, z forward).

    points: float32 [T, 3, 3]; focal: pixels. Returns depth float32 [height, width] (inf where nothing is) and the index of
    the triangle, int32 (-1 where nothing is).
    """
    depth = np.full((height, width), np.inf, np.float32)
    triangle = np.full((height, width), -1, np.int32)
    cx, cy = width * 0.5, height * 0.5
    poly = np.empty((4, 3), np.float64)
    for t in range(points.shape[0]):
        n = 0
        for i in range(3):
            j = (i + 1) % 3
            zi, zj = points[t, i, 2], points[t, j, 2]
            if zi >= NEAR:
                poly[n] = points[t, i]
                n += 1
            if (zi >= NEAR) != (zj >= NEAR):
                s = (NEAR - zi) / (zj - zi)
                poly[n] = points[t, i] + s * (points[t, j] - points[t, i])
                poly[n, 2] = NEAR
                n += 1
        if n < 3:
            continue
        for i in range(n):
            iz = 1.0 / poly[i, 2]
            poly[i, 0] = cx + focal * poly[i, 0] * iz
            poly[i, 1] = cy - focal * poly[i, 1] * iz
            poly[i, 2] = iz
        for i in range(1, n - 1):
            _fill(poly[0, 0], poly[0, 1], poly[0, 2], poly[i, 0], poly[i, 1], poly[i, 2],
                  poly[i + 1, 0], poly[i + 1, 1], poly[i + 1, 2], t, depth, triangle)
    return depth, triangle


def look_at(eye, target, roll=0.0):
    """Rotation [3, 3] whose rows are the camera's right, up and forward axes in the world frame."""
    forward = np.asarray(target, np.float64) - eye
    forward /= np.linalg.norm(forward)
    up = np.array([0.0, 1.0, 0.0]) if abs(forward[1]) < 0.999 else np.array([0.0, 0.0, 1.0])
    right = np.cross(up, forward)
    right /= np.linalg.norm(right)
    above = np.cross(forward, right)
    c, s = np.cos(roll), np.sin(roll)
    return np.stack([c * right + s * above, c * above - s * right, forward])


def to_camera(points, rotation, eye):
    """World triangles [T, 3, 3] to the camera frame, float32."""
    return ((points.reshape(-1, 3) - eye) @ rotation.T).reshape(points.shape).astype(np.float32)
