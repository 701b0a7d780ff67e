import CImageCodecs

/// Unpacks what zlib packed.
enum Inflate {
    /// The bytes of a zlib stream; nil when it is damaged, or has more than `limit` of them.
    static func bytes(of packed: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        let output = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, initialized in
            unsafe packed.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                initialized = unsafe cic_inflate(from, source.count, to, limit)
            }
        }
        return output.isEmpty ? nil : output
    }
}
