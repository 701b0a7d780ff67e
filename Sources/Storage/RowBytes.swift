/// A row of the log for its digest: words of eight bytes, little-endian.
///
/// Numbers take one, texts one for
/// their length and then as many as they need, filled up with zeros; so no two rows are alike.
struct RowBytes {
    private(set) var words: [UInt64] = []

    /// Begins a new row, whose first word says what it is.
    mutating func start(_ kind: UInt8) {
        words.removeAll(keepingCapacity: true)
        words.append(UInt64(kind))
    }

    mutating func add(_ value: Int64) { words.append(UInt64(bitPattern: value)) }

    // No row has a number below zero.
    mutating func add(_ value: Int64?) { add(value ?? -1) }

    mutating func add(_ value: Double) { words.append(value.bitPattern) }

    mutating func add(_ text: String) {
        let place = words.count
        words.append(0)
        var (word, count): (UInt64, UInt64) = (0, 0)
        for byte in text.utf8 {
            word |= UInt64(byte) << (8 * (count & 7))
            count += 1
            if count & 7 == 0 {
                words.append(word)
                word = 0
            }
        }
        if count & 7 != 0 { words.append(word) }
        words[place] = count
    }

    mutating func add(_ text: String?) {
        guard let text else { return add(Int64(-1)) }
        add(text)
    }
}
