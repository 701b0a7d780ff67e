import CurationCore
import Export
import Testing

@Suite struct NpyArrayTests {
    @Test func `a vector has the header that NumPy writes`() {
        let file = NpyArray.file([1, -2][...], shape: [2])
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
        let spaces = String(repeating: " ", count: 128 - 10 - text.utf8.count - 1)
        #expect(file.prefix(10) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
        #expect(Array(file[10..<128]) == Array((text + spaces + "\n").utf8))
        #expect(Array(file[128...]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
    }

    @Test func `whole numbers are int32`() {
        let file = NpyArray.file([1, -1, 2, 3] as [Int32], shape: [2, 2])
        #expect(String(decoding: file[10..<128], as: UTF8.self).contains("'<i4'"))
        #expect(String(decoding: file[10..<128], as: UTF8.self).contains("(2, 2)"))
        #expect(Array(file[128..<136]) == [1, 0, 0, 0, 255, 255, 255, 255])
    }

    @Test(arguments: [[3, 4], [0, 5], [1, 1], [7, 0]])
    func `rows are read back`(shape: [Int]) throws {
        let values = (0..<shape[0] * shape[1]).map { Float($0) / 3 }
        let array = try NpyArray(bytes: NpyArray.file(values[...], shape: shape), path: "a.npy")
        #expect([array.rows, array.columns] == shape)
        #expect(array.values == values)
    }

    @Test(arguments: [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "<f8"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "|O"),
        ("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "Fortran"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }", "3 dimensions"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "0 dimensions"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "damaged"),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }",
            "does not fit"
        ),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "does not fit"),
        ("{'descr': '<f4', 'fortran_order': False}", "damaged"),
        ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "damaged"),
        ("import os", "damaged"),
    ])
    func `another kind of array is refused with the reason`(header: String, reason: String) {
        let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]
        let bytes = magic + [UInt8(header.utf8.count), 0] + Array(header.utf8) + [0, 0, 0, 0]
        let error = #expect(throws: ExportError.self) { try NpyArray(bytes: bytes, path: "a.npy") }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func `every shortened file is refused`() {
        let file = NpyArray.file([1, 2, 3][...], shape: [3])
        for length in 0..<file.count {
            #expect(throws: ExportError.self) {
                try NpyArray(bytes: Array(file.prefix(length)), path: "a.npy")
            }
        }
    }
}
