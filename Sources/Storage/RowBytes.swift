/// A row of the log as bytes for its digest: numbers in eight bytes, texts with their length before
/// them, so that no two rows are alike.
struct RowBytes {
    private(set) var bytes: [UInt8] = []

    /// Begins a new row, whose first byte says what it is.
    mutating func start(_ kind: UInt8) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(kind)
    }

    mutating func add(_ value: Int64) {
        let value = UInt64(bitPattern: value)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    // No row has a number below zero.
    mutating func add(_ value: Int64?) { add(value ?? -1) }

    mutating func add(_ value: Double) { add(Int64(bitPattern: value.bitPattern)) }

    mutating func add(_ text: String) {
        let view = text.utf8
        add(Int64(view.count))
        bytes.append(contentsOf: view)
    }

    mutating func add(_ text: String?) {
        guard let text else { return add(Int64(-1)) }
        add(text)
    }
}
