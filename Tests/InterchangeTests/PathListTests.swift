import Interchange
import Testing

@Suite struct PathListTests {
    private func read(_ bytes: [UInt8]) -> (paths: [[UInt8]], numbers: [Int]) {
        var found: ([[UInt8]], [Int]) = ([], [])
        PathList.forEach(in: bytes) { path, number in
            found.0.append(Array(path))
            found.1.append(number)
        }
        return found
    }

    @Test func `lines are paths, whatever they start with`() {
        let found = read(Array("\u{FEFF}a b.jpg\r\n\n# c\n-d\n e ".utf8))
        #expect(found.paths == ["a b.jpg", "# c", "-d", " e "].map { Array($0.utf8) })
        #expect(found.numbers == [1, 3, 4, 5])
    }

    @Test func `zero bytes separate names with line feeds in them`() {
        let found = read(Array("a\nb\0c\r\0\0".utf8) + [0xFF, 0])
        #expect(found.paths == [Array("a\nb".utf8), Array("c\r".utf8), [0xFF]])
        // The last name may lack its zero byte.
        #expect(read(Array("a\0b".utf8)).paths == [[0x61], [0x62]])
    }

    @Test func `a zero byte among lines is part of one line`() {
        let found = read(Array("a\nb\0c\nd\n".utf8))
        #expect(found.paths == ["a", "b\0c", "d"].map { Array($0.utf8) })
        #expect(found.numbers == [1, 2, 3])
    }

    @Test func `an empty list has no paths`() {
        for text in ["", "\n\n", "\u{FEFF}", "\0"] { #expect(read(Array(text.utf8)).paths.isEmpty) }
    }
}
