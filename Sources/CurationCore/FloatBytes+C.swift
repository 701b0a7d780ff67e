/// Turns floats into little-endian bytes and back, by one copy of memory.
package enum FloatBytes {
    /// Four bytes a number.
    package static func bytes(of values: [Float]) -> [UInt8] {
        precondition(1.littleEndian == 1, "written for little-endian machines")
        return unsafe values.withUnsafeBytes { unsafe Array($0) }
    }

    /// One number for each four bytes; what is left over is not read.
    package static func floats(of bytes: [UInt8]) -> [Float] {
        let count = bytes.count / 4
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(buffer)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(count * 4)))
            }
            filled = count
        }
    }
}
