"""Makes the fixtures of GraphArraysTests with NumPy 2: python3 make.py

printing.json     arrays as bit patterns, with NumPy's str of them
*.npy, *.npz      files that NumPy wrote; arrays.json tells what is in them
"""
import io
import json
import os
import struct
import zipfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = {"float32": "<u4", "float64": "<u8"}


def path(name):
    return os.path.join(HERE, name)


def entry(a):
    """dtype, shape and elements; floating ones as their bits, strings as lists of bytes."""
    if a.dtype == object:
        elements, name = [list(x) for x in a.ravel()], "string"
    elif a.dtype.name in NAMES:
        elements = [int(x) for x in np.ascontiguousarray(a).ravel().view(NAMES[a.dtype.name])]
        name = a.dtype.name
    else:
        elements, name = [int(x) for x in a.ravel()], a.dtype.name
    return {"dtype": name, "shape": list(a.shape), "elements": elements}


def printing():
    random = np.random.RandomState(1)
    shapes = [(), (1,), (3,), (7,), (20,), (2, 3), (3, 1), (2, 2, 2), (1, 2, 3, 2), (4, 12)]
    cut = [(1001,), (1500,), (40, 30), (2, 600), (12, 11, 9), (1000,), (7, 7, 7, 7)]
    arrays = []

    def add(a):
        arrays.append(a)

    makers = [
        lambda n: random.randn(n),
        lambda n: random.randint(-5, 6, n),
        lambda n: random.randint(-50, 60, n) / 8.0,
        lambda n: random.randn(n) * 10.0 ** random.randint(-12, 12, n),
        lambda n: random.randn(n) * 10.0 ** random.randint(-45, 39, n),
        lambda n: random.rand(n) * 10.0 ** random.randint(-2, 2),
        lambda n: random.rand(n) * 1e6,
        lambda n: random.rand(n) * 1e8,
        lambda n: random.rand(n) * 1e-4,
        lambda n: random.choice([0.0, -0.0, 1.0, -1.5, np.nan, np.inf, -np.inf], n),
        lambda n: random.choice([0.0, np.nan, np.inf, 1e-9, 1234567.0], n),
        lambda n: random.choice([np.nan, np.inf, -np.inf], n),
        lambda n: random.choice([0.1, 0.2, 0.3, 1e-4, 9.9999999e-5, 0.5], n),
        lambda n: random.choice([999999.9, 1e6, 1e8, 99999999.0, 1e16, 1e15, 16777216.0], n),
        lambda n: random.randint(0, 2, n) * 1e10,
        lambda n: random.choice([0.99999999999, 1.00000000001, 123.123456789012], n),
        lambda n: np.round(random.randn(n), 2),
    ]
    with np.errstate(all="ignore"):
        for dtype in (np.float32, np.float64):
            for make in makers:
                for shape in shapes:
                    add(np.array(make(int(np.prod(shape))), dtype).reshape(shape))
            # Any bits, also those of subnormal numbers, of infinities and of NaN.
            kind, bits = ("<u4", 32) if dtype == np.float32 else ("<u8", 64)
            for n in range(60):
                pattern = np.frombuffer(random.bytes(bits // 8 * (n % 6 + 1)), kind)
                add(pattern.view(dtype))
                add(pattern.view(dtype)[:1].reshape(()))
            for exponent in range(-330, 309, 7):
                for mantissa in (1.0, 2.0, 9.5, 1.2345678901234567):
                    x = dtype(mantissa * float("1e%d" % exponent))
                    add(np.array(x))
                    add(np.array([x, 1.0], dtype))
            for power in range(-149, 128, 5):
                add(np.array([2.0 ** power, -(2.0 ** power)], dtype))
            for shape in cut[:5]:
                add(np.array(random.randn(int(np.prod(shape))), dtype).reshape(shape))
        for dtype, low, high in (
            (np.int32, -2 ** 31, 2 ** 31), (np.int64, -2 ** 62, 2 ** 62), (np.uint8, 0, 256),
        ):
            for shape in shapes + cut:
                n = int(np.prod(shape))
                add(random.randint(low, high, n).astype(dtype).reshape(shape))
                add(random.randint(0, 12, n).astype(dtype).reshape(shape))
        add(np.array([-2 ** 63, 2 ** 63 - 1], np.int64))
        for shape in shapes + cut[:2]:
            add(random.randint(0, 2, int(np.prod(shape))).astype(bool).reshape(shape))
        words = [b"", b"a", b"it's", b'"', b"'\"", b"\\", b"\n\t\r\x00\x7f\xff", "ä€".encode(), b"x" * 30]
        for shape in shapes + [(40,), (1001,)]:
            n = int(np.prod(shape))
            a = np.empty(n, object)
            a[:] = [words[random.randint(len(words))] for _ in range(n)]
            add(a.reshape(shape))
        for shape in [(0,), (3, 0), (0, 2, 2)]:
            add(np.zeros(shape, np.float32))
            add(np.zeros(shape, np.int64))
    cases = [dict(entry(a), text=str(a)) for a in arrays]
    with open(path("printing.json"), "w") as f:
        json.dump(cases, f, separators=(",", ":"))
    print(len(cases), "arrays printed")


def header(version, text):
    body = text.encode("utf8") + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(body))
    return b"\x93NUMPY" + bytes(version) + length + body


def files():
    random = np.random.RandomState(2)
    expected = {}

    def save(name, a, told=None):
        np.save(path(name), a)
        expected[name] = entry(a if told is None else told)

    def strings(values, shape):
        a = np.empty(len(values), object)
        a[:] = values
        return a.reshape(shape)

    for dtype in ("f4", "f8", "i4", "i8", "u1", "b1"):
        a = (random.randn(2, 3) * 100).astype(dtype)
        save(dtype + ".npy", a)
        if dtype not in ("u1", "b1"):
            save(dtype + "_big.npy", a.astype(">" + dtype), a)
    save("scalar.npy", np.array(2.5, "f4"))
    save("empty.npy", np.zeros((3, 0, 2), "i4"))
    save("vector.npy", np.arange(10, dtype="i8"))
    fortran = np.asfortranarray(random.randn(2, 3, 4).astype("f4"))
    save("fortran.npy", fortran)
    save("bytes.npy", np.array([[b"a", b"hello"], [b"", b"\xff\x00b"]]),
         strings([b"a", b"hello", b"", b"\xff\x00b"], (2, 2)))
    words = ["a", "äöü€", "", "😀 b"]
    save("text.npy", np.array(words), strings([w.encode() for w in words], (4,)))
    save("text_big.npy", np.array(words).astype(">U5"), strings([w.encode() for w in words], (4,)))
    save("text_fortran.npy", np.asfortranarray(np.array(words).reshape(2, 2)),
         strings([w.encode() for w in words], (2, 2)))
    a = random.randn(3).astype("f4")
    for version in ((2, 0), (3, 0)):
        name = "version%d.npy" % version[0]
        with open(path(name), "wb") as f:
            np.lib.format.write_array(f, a, version=version)
        expected[name] = entry(a)
    # Python 2's numbers, other quotes and another order.
    with open(path("python2.npy"), "wb") as f:
        f.write(header((1, 0), '{"shape": (3L,), "fortran_order": False, "descr": "<f4"}'))
        f.write(a.tobytes())
    expected["python2.npy"] = entry(a)
    for name, dtype in (("f2", "f2"), ("i2", "i2"), ("c8", "c8"), ("record", [("x", "f4")])):
        np.save(path("refused_%s.npy" % name), np.zeros(2, dtype))

    arrays = {"x": random.randn(4, 3).astype("f4"), "ids:0": np.arange(5, dtype="i4"),
              "scope/w": np.zeros((20, 20), "f8")}
    np.savez(path("stored.npz"), **arrays)
    np.savez_compressed(path("deflated.npz"), **arrays)
    for name in ("stored.npz", "deflated.npz"):
        expected[name] = {key: entry(value) for key, value in arrays.items()}

    # A central directory with zip64 records, which zipfile writes only from 4 GiB or 65,535 members on.
    payload = io.BytesIO()
    np.save(payload, arrays["x"])
    data = payload.getvalue()
    crc = zipfile.crc32(data)
    name = b"x.npy"
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 0, 0, 0x21, crc, 2 ** 32 - 1, 2 ** 32 - 1,
                        len(name), 20) + name
    local += struct.pack("<2H2Q", 1, 16, len(data), len(data)) + data
    extra = struct.pack("<2H3Q", 1, 24, len(data), len(data), 0)
    entry64 = struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 0, 0, 0x21, crc, 2 ** 32 - 1,
                          2 ** 32 - 1, len(name), len(extra), 0, 0, 0, 0, 2 ** 32 - 1) + name + extra
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry64), len(local))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(local) + len(entry64), 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2 ** 32 - 1, 2 ** 32 - 1, 4)
    with open(path("zip64.npz"), "wb") as f:
        f.write(local + entry64 + end64 + locator + end + b"note")
    expected["zip64.npz"] = {"x": entry(arrays["x"])}
    assert (np.load(path("zip64.npz"))["x"] == arrays["x"]).all()

    with open(path("arrays.json"), "w") as f:
        json.dump(expected, f, indent=1)


printing()
files()
