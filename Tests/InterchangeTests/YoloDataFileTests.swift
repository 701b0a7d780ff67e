import Interchange
import Testing

@Suite struct YoloDataFileTests {
    private func read(_ text: String) throws -> (root: String?, images: [String]) {
        let file = try YoloDataFile(Array(text.utf8))
        return (file.root, file.images.map { String(decoding: $0.name, as: UTF8.self) })
    }

    @Test func `the usual files are read`() throws {
        let text = """
            # COCO8
            path: ../datasets/coco8 # root
            train: images/train
            val: "images/val: 1"
            test:
            nc: 2
            names:
              0: person
              1: 'a #: b'
            roboflow:
              train: no
            download: |
              train: no
            """
        let found = try read(text)
        #expect(found.root == "../datasets/coco8")
        #expect(found.images == ["images/train", "images/val: 1"])
    }

    @Test func `lists are read in both ways of writing them`() throws {
        let text =
            "\u{FEFF}---\r\nval: [a#b, 'c, d', \"e\"] # f\r\ntrain:\r\n- g h # i\r\n  - j\r\n"
        #expect(try read(text).images == ["g h", "j", "a#b", "c, d", "e"])
    }

    @Test(
        arguments: [
            "", "names: [a]", "train", "train:x", "train: &a x", "train: *a", "train: !!str x",
            "train: |\n  x", "train: {a: b}", "train: [a", "train: [a] b", "train: 'a",
            "train: 'a''b'",
            #"train: "a\x41""#, "train: a\ntrain: b", "train:\n  a: b", "train: [a,,b]",
        ]
    )
    func `what is not read is an error with its line`(_ text: String) {
        let error = #expect(throws: InterchangeError.self) { try YoloDataFile(Array(text.utf8)) }
        #expect(error?.description.hasPrefix("line ") == true)
    }
}
