"""Writes ONNX models by hand (IR version 8, opset 13; standard library only).

Field numbers are those of onnx.proto. Bytes come out the same on every machine, so a
finished model can be pinned by its SHA-256.
"""

import array
import struct
import sys

from protobuf import bytes_field, float_field, int_field

FLOAT, INT64 = 1, 7


def little_endian(values):
    """Returns the bytes of an array, whatever the machine's byte order."""
    if sys.byteorder == "big":
        values = array.array(values.typecode, values)
        values.byteswap()
    return values.tobytes()


def _attribute(name, value):
    head = bytes_field(1, name)
    if isinstance(value, float):
        return head + float_field(2, value) + int_field(20, 1)
    if isinstance(value, int):
        return head + int_field(3, value) + int_field(20, 2)
    if isinstance(value, str):
        return head + bytes_field(4, value) + int_field(20, 3)
    return head + b"".join(int_field(8, item) for item in value) + int_field(20, 7)


def _tensor(name, shape, raw, element):
    dimensions = b"".join(int_field(1, size) for size in shape)
    return dimensions + int_field(2, element) + bytes_field(8, name) + bytes_field(9, raw)


def _value(name, shape):
    dimensions = b"".join(
        bytes_field(1, bytes_field(2, size) if isinstance(size, str) else int_field(1, size))
        for size in shape
    )
    tensor_type = int_field(1, FLOAT) + bytes_field(2, dimensions)
    return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor_type))


class Graph:
    """A graph in the making: nodes and constants, in the order in which they were added."""

    def __init__(self, name):
        self.name = name
        self._nodes = []
        self._constants = []

    def node(self, operator, inputs, outputs, **attributes):
        """Adds a node; returns the name of its first output."""
        self._nodes.append(
            b"".join(bytes_field(1, name) for name in inputs)
            + b"".join(bytes_field(2, name) for name in outputs)
            + bytes_field(3, outputs[0])
            + bytes_field(4, operator)
            + b"".join(bytes_field(5, _attribute(*item)) for item in attributes.items())
        )
        return outputs[0]

    def constant(self, name, shape, raw, element=FLOAT):
        """Adds a constant from its little-endian bytes; returns its name."""
        self._constants.append(_tensor(name, shape, raw, element))
        return name

    def floats(self, name, values, shape=None):
        """Adds a constant of floats, a vector unless a shape is given; returns its name."""
        values = array.array("f", values)
        shape = [len(values)] if shape is None else shape
        return self.constant(name, shape, little_endian(values))

    def integers(self, name, values):
        """Adds a vector of 64-bit integers; returns its name."""
        raw = struct.pack(f"<{len(values)}q", *values)
        return self.constant(name, [len(values)], raw, INT64)

    def model(self, producer, inputs, outputs, metadata):
        """Returns the bytes of the model; inputs and outputs are (name, shape) pairs."""
        graph = (
            b"".join(bytes_field(1, node) for node in self._nodes)
            + bytes_field(2, self.name)
            + b"".join(bytes_field(5, constant) for constant in self._constants)
            + b"".join(bytes_field(11, _value(*item)) for item in inputs)
            + b"".join(bytes_field(12, _value(*item)) for item in outputs)
        )
        return (
            int_field(1, 8)
            + bytes_field(2, producer)
            + bytes_field(7, graph)
            + bytes_field(8, int_field(2, 13))
            + b"".join(
                bytes_field(14, bytes_field(1, key) + bytes_field(2, text))
                for key, text in metadata.items()
            )
        )


def same_padding(size, kernel, stride):
    """Returns TensorFlow's SAME padding (before, after) and the size that comes out."""
    out = -(-size // stride)
    total = max((out - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2, out
