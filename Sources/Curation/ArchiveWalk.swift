import Archives
package import CurationCore

/// Goes through the pictures of one archive in their order, reading each once and writing nothing.
///
/// A name that would lead out of a folder if it were unpacked is a failure, as is a name that was
/// there before. Archives inside the archive are not opened, links are not followed.
package struct ArchiveWalk {
    /// A picture in the archive.
    package struct Picture: Sendable {
        /// Where it is.
        package let place: ArchivePlace
        /// What the store keeps as its path: that of the archive, `!/`, and the name in it.
        package let path: String
        /// All its bytes.
        package let bytes: [UInt8]
        /// When it was changed last, in seconds since 1970.
        package let modifiedAt: Double
    }

    /// What was met.
    package enum Step: Sendable {
        /// A picture, by its first bytes.
        case picture(Picture)
        /// A member that is none or cannot be read, or the archive from there on.
        case failure(ImportFailure)
    }

    /// Members that are no pictures by their ending, folders, links inside, and nested archives.
    package private(set) var ignored = 0

    private let path: String
    private let isShard: Bool
    private let reader: ArchiveReader?
    private var opening: ImportFailure?
    private var seen = 0
    private var names: Set<[UInt8]> = []
    private var refused: Set<[UInt8]> = []
    private var samples: Set<[UInt8]> = []

    /// Opens the archive; that it cannot be opened is the first step.
    ///
    /// - Parameters:
    ///   - path: Where it is: a text of `PathText`.
    ///   - isShard: Whether members whose names differ from the first dot on are one sample, as in
    ///     WebDataset, of which the first picture counts.
    package init(path: String, isShard: Bool = false) {
        self.path = path
        self.isShard = isShard
        do {
            reader = try ArchiveReader(path: path)
        } catch {
            reader = nil
            opening = Self.failure(path, .unreadable, error)
        }
    }

    /// The next picture or failure; nil at the end.
    package mutating func next() -> Step? {
        if let failure = opening.take() { return .failure(failure) }
        guard let reader else { return nil }
        do {
            while let member = try reader.next() {
                if let step = step(member, reader) { return step }
            }
            return nil
        } catch {
            return .failure(Self.failure(path, Self.code(of: error), error))
        }
    }

    /// Whether a member of that name is read as a picture; only its bytes tell whether it is one.
    package static func mayBePicture(_ name: [UInt8]) -> Bool {
        let ending = FileEnding.of(name)
        return !FileEnding.isOther(ending) && !FileEnding.isArchive(ending) && !isHidden(name)
    }

    private mutating func step(_ member: ArchiveMember, _ reader: ArchiveReader) -> Step? {
        seen += 1
        let isPicture = !isShard || FileEnding.isPicture(FileEnding.of(member.name))
        guard member.kind == .file || member.kind == .link, isPicture,
            Self.mayBePicture(member.name)
        else {
            ignored += 1
            return nil
        }
        if let step = refusal(of: member) { return .failure(step) }
        guard member.kind == .file else {
            ignored += 1
            return nil
        }
        guard !isShard || samples.insert(Self.key(of: member.name)).inserted else {
            ignored += 1
            return nil
        }
        return read(member, reader)
    }

    private mutating func refusal(of member: ArchiveMember) -> ImportFailure? {
        guard Self.staysInside(member.name) else {
            return fail(
                member,
                .outsideRoot,
                "The name leads out of the archive. Pack it again with names below one folder.",
                isNumbered: !refused.insert(member.name).inserted
            )
        }
        guard member.kind == .file else { return nil }
        guard names.insert(member.name).inserted else {
            return fail(
                member,
                .duplicateName,
                "The archive has an earlier member of this name. Pack it again with names of their own.",
                isNumbered: true
            )
        }
        guard !member.isEncrypted else {
            return fail(
                member,
                .unsupported,
                "A password is needed to read it. Unpack the archive, and import the folder."
            )
        }
        return nil
    }

    private mutating func read(_ member: ArchiveMember, _ reader: ArchiveReader) -> Step {
        do {
            let bytes = try reader.read(limit: PictureFile.largest)
            try PictureFile.check(start: bytes)
            let name = PathText.text(of: member.name)
            return .picture(
                Picture(
                    place: ArchivePlace(file: path, member: name, offset: member.offset),
                    path: "\(path)!/\(name)",
                    bytes: bytes,
                    modifiedAt: member.modifiedAt
                )
            )
        } catch let refusal as PictureFile.Refusal {
            return .failure(fail(member, refusal.code, refusal.message))
        } catch let error as ArchivesError {
            return .failure(failure(member, error))
        } catch {
            preconditionFailure("there is no other error")
        }
    }

    private func failure(_ member: ArchiveMember, _ error: ArchivesError) -> ImportFailure {
        let code = Self.code(of: error)
        // From there on nothing can be read, so the failure is the archive's.
        switch error {
        case .bomb, .damaged, .corrupt: return Self.failure(path, code, error)
        default: return fail(member, code, Self.sentence(error))
        }
    }

    private static func code(of error: ArchivesError) -> ImportFailure.Code {
        switch error {
        case .bomb: .bomb
        case .memberTooLarge: .tooLarge
        case .badMember, .corrupt: .corrupt
        default: .truncated
        }
    }

    private func fail(
        _ member: ArchiveMember,
        _ code: ImportFailure.Code,
        _ message: String,
        isNumbered: Bool = false
    ) -> ImportFailure {
        let isLong = member.name.count > SourcePath.longest
        let name = isLong ? SourcePath.shown(member.name) : PathText.text(of: member.name)
        // A second member of one name must take the place neither of the first nor, thanks to the
        // slash, of any other: with one at its end a member is a folder.
        let number = isNumbered || isLong ? "#\(seen)/" : ""
        return ImportFailure(path: "\(path)!/\(name)\(number)", code: code, message: message)
    }

    private static func failure(
        _ path: String,
        _ code: ImportFailure.Code,
        _ error: ArchivesError
    ) -> ImportFailure {
        ImportFailure(path: path, code: code, message: sentence(error))
    }

    private static func sentence(_ error: ArchivesError) -> String {
        let text = error.description
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }

    private static func isHidden(_ name: [UInt8]) -> Bool {
        name.split(separator: SourcePath.slash).contains { part in
            part.first == UInt8(ascii: ".") && Array(part) != [0x2E] && Array(part) != [0x2E, 0x2E]
        }
    }

    private static func staysInside(_ name: [UInt8]) -> Bool {
        let parts = name.split { $0 == SourcePath.slash || $0 == UInt8(ascii: "\\") }
        let isDrive = name.count > 1 && name[1] == UInt8(ascii: ":")
        return !name.isEmpty && name.first != SourcePath.slash && name.first != UInt8(ascii: "\\")
            && !isDrive && !parts.contains { $0.elementsEqual("..".utf8) }
    }

    // The name up to the first dot of its last part.
    private static func key(of name: [UInt8]) -> [UInt8] {
        let (folder, last) = SourcePath.parts(of: name)
        return folder + last.prefix { $0 != UInt8(ascii: ".") }
    }
}
