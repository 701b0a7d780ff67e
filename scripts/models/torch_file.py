"""Reads a legacy torch.save file without torch, and without running code from the file."""

import array
import collections
import io
import pickle
import struct
import sys

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
TYPE_CODES = {"FloatStorage": "f", "LongStorage": "q"}

_View = collections.namedtuple("_View", "storage key offset shape stride")
Tensor = collections.namedtuple("Tensor", "shape values")


def _view(storage, offset, shape, stride, *_):
    kind, key = storage
    return _View(kind, key, offset, tuple(shape), tuple(stride))


class _Unpickler(pickle.Unpickler):
    """Knows the few names a state dictionary needs, and refuses every other one."""

    ALLOWED = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _view,
        ("torch", "FloatStorage"): "FloatStorage",
        ("torch", "LongStorage"): "LongStorage",
    }

    def find_class(self, module, name):
        try:
            return self.ALLOWED[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(f"refused: {module}.{name}") from None

    def persistent_load(self, pid):
        kind, key, view = pid[1], pid[2], pid[5]
        if pid[0] != "storage" or view is not None:
            raise pickle.UnpicklingError(f"refused: persistent id {pid!r}")
        return kind, key


def _gather(view, source):
    """Returns the values of a strided view in row-major order."""
    out = array.array(source.typecode)

    def walk(base, axis):
        if axis == len(view.shape):
            out.append(source[base])
            return
        size, step = view.shape[axis], view.stride[axis]
        if axis == len(view.shape) - 1:
            out.extend(source[base:base + (size - 1) * step + 1:step])
            return
        for index in range(size):
            walk(base + index * step, axis + 1)

    walk(view.offset, 0)
    return out


def read_state(data):
    """Returns {name: Tensor} of a state dictionary; values are untouched."""
    stream = io.BytesIO(data)
    if _Unpickler(stream).load() != MAGIC or _Unpickler(stream).load() != PROTOCOL:
        raise ValueError("not a legacy torch.save file")
    if _Unpickler(stream).load()["little_endian"] is not True:
        raise ValueError("not a little-endian file")
    views = _Unpickler(stream).load()
    codes = {view.key: TYPE_CODES[view.storage] for view in views.values()}
    storages = {}
    for key in _Unpickler(stream).load():
        (count,) = struct.unpack("<q", stream.read(8))
        storage = array.array(codes[key])
        raw = stream.read(count * storage.itemsize)
        if len(raw) != count * storage.itemsize:
            raise ValueError("the file ends early")
        storage.frombytes(raw)
        if sys.byteorder == "big":
            storage.byteswap()
        storages[key] = storage
    return {
        name: Tensor(view.shape, _gather(view, storages[view.key]))
        for name, view in views.items()
    }
