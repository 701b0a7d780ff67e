import CurationCore
import Testing

@Suite struct ContentDigestTests {
    // Examples of FIPS 180-4 by NIST.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `the standard's examples come out`(text: String, digest: String) {
        #expect(ContentDigest(of: text).hex == digest)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `bytes in parts have the digest of the whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 0...5000, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        let cut = Int.random(in: 0...bytes.count, using: &random)
        var hasher = ContentHasher()
        hasher.update(Array(bytes[..<cut]))
        hasher.update(Array(bytes[cut...]))
        #expect(hasher.finish() == ContentDigest(of: bytes))
    }

    @Test(arguments: [
        "", "abc", String(repeating: "g", count: 64), String(repeating: "A", count: 64),
    ])
    func `text that is no digest is refused`(text: String) {
        #expect(ContentDigest(hex: text) == nil)
    }

    @Test func `a hasher that is given up frees what it holds`() {
        for _ in 0..<1000 {
            var hasher = ContentHasher()
            hasher.update([1])
        }
    }

    @Test func `floats come back from their bytes`() {
        let values: [Float] = [
            0, -1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity,
        ]
        let bytes = LittleEndian.bytes(of: values[...])
        #expect(bytes.count == 20)
        #expect(Array(bytes[4..<8]) == [0, 0, 0xC0, 0xBF])
        #expect(LittleEndian.floats(bytes[...]) == values)
        #expect(LittleEndian.floats((bytes + [1, 2])[...]) == values)
    }
}
