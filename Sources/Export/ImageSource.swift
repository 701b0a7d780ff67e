package import CurationCore

/// Where an export takes the bytes of its images from.
package struct ImageSource: Sendable {
    private let read: @Sendable (Sample) throws(ExportError) -> [UInt8]

    /// Takes what reads an image that need not be a file of its own.
    package init(_ read: @escaping @Sendable (Sample) throws(ExportError) -> [UInt8]) {
        self.read = read
    }

    /// Images that are files of their own.
    package static let files = ImageSource { sample throws(ExportError) in
        try InputFile.contents(of: sample.path)
    }

    /// The bytes of an image, checked against the digest that the store has.
    func bytes(of sample: Sample) throws(ExportError) -> [UInt8] {
        let bytes = try read(sample)
        let digest = ContentDigest(of: bytes)
        guard digest == sample.sha256 else {
            throw .changedImage(path: sample.path, expected: sample.sha256, found: digest)
        }
        return bytes
    }
}
