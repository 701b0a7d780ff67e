"""Reads a frozen TensorFlow graph: operators, inputs, and the attributes the converter uses."""

import array
import collections
import math
import struct
import sys

from protobuf import read_fields, read_packed

Node = collections.namedtuple("Node", "operator inputs attributes")
Tensor = collections.namedtuple("Tensor", "shape values")
FLOAT = 1


def _tensor(data):
    """Returns a float tensor, or None for one of another type."""
    element, shape, values = 0, [], array.array("f")
    for number, value in read_fields(data):
        if number == 1:
            element = value
        elif number == 2:
            sizes = [item for tag, item in read_fields(value) if tag == 2]
            shape.extend(dict(read_fields(item)).get(1, 0) for item in sizes)
        elif number in (4, 5):
            values.frombytes(value)
    if element != FLOAT:
        return None
    if sys.byteorder == "big":
        values.byteswap()
    count = math.prod(shape)
    if len(values) == 1:
        values *= count
    if len(values) != count:
        raise ValueError(f"a tensor of shape {shape} has {len(values)} values")
    return Tensor(shape, values)


def _attribute(data):
    """Returns a list of integers, a float or a tensor; None for what is not needed."""
    for number, value in read_fields(data):
        if number == 1:
            packed = [item for tag, item in read_fields(value) if tag == 3]
            return read_packed(packed[0]) if packed and isinstance(packed[0], bytes) else None
        if number == 4:
            return struct.unpack("<f", value)[0]
        if number == 8:
            return _tensor(value)
    return None


def _node(data):
    name = operator = ""
    inputs, attributes = [], {}
    for number, value in read_fields(data):
        if number == 1:
            name = value.decode()
        elif number == 2:
            operator = value.decode()
        elif number == 3:
            inputs.append(value.decode())
        elif number == 5:
            entry = dict(read_fields(value))
            attributes[entry[1].decode()] = _attribute(entry[2])
    return name, Node(operator, inputs, attributes)


def read_graph(data):
    """Returns {name: Node} of a GraphDef."""
    return dict(_node(value) for number, value in read_fields(data) if number == 1)
