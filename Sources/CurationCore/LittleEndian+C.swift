/// Turns numbers into little-endian bytes and back, by one copy of memory.
package enum LittleEndian {
    #if _endian(big)
    #error("the files of Winnow are little-endian, and so is every machine that it is built for")
    #endif

    /// Four bytes a number.
    package static func bytes(of values: ArraySlice<Float>) -> [UInt8] {
        unsafe values.withUnsafeBytes { unsafe Array($0) }
    }

    /// Four bytes a number.
    package static func bytes(of values: [Int32]) -> [UInt8] {
        unsafe values.withUnsafeBytes { unsafe Array($0) }
    }

    /// One whole number for each four bytes; what is left over is not read.
    package static func integers(_ bytes: ArraySlice<UInt8>) -> [Int32] {
        let count = bytes.count / 4
        return unsafe [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe bytes.prefix(count * 4).withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            }
            filled = count
        }
    }

    /// One number for each four bytes; what is left over is not read.
    package static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        let count = bytes.count / 4
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe bytes.prefix(count * 4).withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
            }
            filled = count
        }
    }
}
