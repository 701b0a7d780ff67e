"""The protobuf wire format, as far as the model files need it (standard library only)."""

import struct


def read_varint(data, at):
    """Returns the varint at `at`, and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def read_fields(data):
    """Yields (field number, value) of a message; nested messages stay bytes."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = read_varint(data, at)
        else:
            if wire == 2:
                size, at = read_varint(data, at)
            elif wire in (1, 5):
                size = 8 if wire == 1 else 4
            else:
                raise ValueError(f"unknown wire type {wire} at byte {at}")
            value = data[at:at + size]
            if len(value) != size:
                raise ValueError(f"the message ends early, at byte {at}")
            at += size
        yield key >> 3, value


def read_packed(data):
    """Returns the varints of a packed repeated field."""
    values, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return values


def varint(value):
    """Writes an integer; negative ones as 64-bit two's complement."""
    if value < 0:
        value += 1 << 64
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def int_field(number, value):
    """Writes an integer field."""
    return varint(number << 3) + varint(value)


def float_field(number, value):
    """Writes a 32-bit float field."""
    return varint(number << 3 | 5) + struct.pack("<f", value)


def bytes_field(number, value):
    """Writes a string, bytes or nested message field."""
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value
