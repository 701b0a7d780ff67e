import Interchange
import Testing

@Suite struct ImageFolderFormatTests {
    @Test func `the first folder is the class`() throws {
        let labels = try ImageFolderFormat.labels(for: [
            "cat/1.jpg", "dog/old/2.jpg", "./cat/3.png",
        ])
        #expect(labels == ["cat", "dog", "cat"])
    }

    @Test func `folders of splits are not classes`() throws {
        let labels = try ImageFolderFormat.labels(
            for: ["train/cat/1.jpg", "val/dog/2.jpg", "test/cat/3.jpg"]
        )
        #expect(labels == ["cat", "dog", "cat"])
    }

    @Test(arguments: [
        [], ["1.jpg"], ["cat/1.jpg"], ["cat/1.jpg", "cat/2.jpg"],
        ["cat/1.jpg", "dog/2.jpg", "3.jpg"],
        ["train/1.jpg", "val/2.jpg"],
    ])
    func `another tree is no image folder`(paths: [String]) throws {
        #expect(try ImageFolderFormat.labels(for: paths) == nil)
    }

    @Test(arguments: ["..", "a\nb", "a\u{7F}"])
    func `a folder that cannot name a class is refused`(name: String) {
        #expect(throws: InterchangeError.badClassName(path: "\(name)/2.jpg")) {
            try ImageFolderFormat.labels(for: ["cat/1.jpg", "\(name)/2.jpg"])
        }
    }
}
