/// A finding about a sample.
public struct Issue: Sendable, Hashable, Codable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case dark, light, blurry
        case lowInformation = "low-information"
        case oddSize = "odd-size"
        case oddAspect = "odd-aspect"
        /// The file ends early or some of its data is wrong, so part of the picture is missing.
        case truncated
    }

    /// The sample it is about.
    public let sample: Sample.ID
    /// What is wrong.
    public let kind: Kind
    /// 0 is worst, 1 is best.
    public let score: Double

    /// Describes a finding.
    public init(sample: Sample.ID, kind: Kind, score: Double) {
        self.sample = sample
        self.kind = kind
        self.score = score
    }
}

/// A file that could not be imported, with the reason.
public struct ImportFailure: Sendable, Hashable, Codable {
    /// The reason as a stable code.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        case notAnImage = "not-an-image"
        case truncated, corrupt, unsupported, unreadable
        case tooLarge = "too-large"
        /// The header names far more pixels than the bytes can hold, or an archive unpacks to far more
        /// bytes than it has.
        case bomb
        /// Named by a list, or imported before, but not there.
        case missing
        /// Imported before, and another picture now.
        case changed
        /// A folder, device, socket or named pipe where a picture was named.
        case notAFile = "not-a-file"
        case outsideRoot = "outside-root"
        /// Another record of the annotations, member of the archive, or file has this name.
        case duplicateName = "duplicate-name"
    }

    /// The file.
    public let path: String
    /// The reason as a code.
    public let code: Code
    /// A sentence: what is wrong and what can be done.
    public let message: String

    /// Describes a failure.
    public init(path: String, code: Code, message: String) {
        self.path = path
        self.code = code
        self.message = message
    }
}
