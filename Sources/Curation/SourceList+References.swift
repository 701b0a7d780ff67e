import CurationCore
import Interchange

extension SourceList {
    /// Adds what a list names; `folder` is where relative names start, and must not be left by
    /// them.
    mutating func addList(_ bytes: [UInt8], named name: String, in folder: [UInt8]) {
        let root = (try? PosixFiles.resolved(folder)) ?? folder
        var below = FileFinder(root: root)
        var anywhere = FileFinder(root: nil)
        PathList.forEach(in: bytes) { path, number in
            let isAbsolute = path.first == SourcePath.slash
            let refusal =
                isAbsolute
                ? addListed(path, from: root, &anywhere) : addListed(path, from: root, &below)
            guard let refusal else { return }
            let reference = ImageReference(name: Array(path), number: number)
            fail(reference, refusal, place: .line(of: name), base: isAbsolute ? nil : root)
        }
    }

    /// Adds the names that came on standard input, which stand for arguments: they may be anywhere.
    mutating func addNames(_ bytes: [UInt8]) {
        var anywhere = FileFinder(root: nil)
        PathList.forEach(in: bytes) { path, number in
            guard let refusal = addListed(path, from: currentFolder, &anywhere) else { return }
            let isPath = path.count <= SourcePath.longest && !path.contains(0)
            let name = isPath ? paths.path(Array(path)) : Array(path)
            let reference = ImageReference(name: name, number: number)
            fail(reference, refusal, place: .line(of: "standard input"), base: nil)
        }
    }

    // Adds one name of a list; why not, when it leads to no file.
    private mutating func addListed(
        _ path: ArraySlice<UInt8>,
        from base: [UInt8],
        _ finder: inout FileFinder
    ) -> FileFinder.Refusal? {
        let ending = FileEnding.of(path)
        guard !FileEnding.isOther(ending) else {
            ignored += 1
            return nil
        }
        switch finder.find(path, from: base) {
        case .success(let file):
            if FileEnding.isArchive(ending) { archives.append(file) } else { files.append(file) }
            return nil
        case .failure(let refusal): return refusal
        }
    }

    /// What a number in an annotation file counts.
    enum Place {
        case line(of: String), image(of: String), only(in: String)

        func text(_ number: Int) -> String {
            switch self {
            case .line(let name): "line \(number) of \(PathText.printable(name))"
            case .image(let name): "images[\(number - 1)] of \(PathText.printable(name))"
            case .only(let name): PathText.printable(name)
            }
        }

        func path(_ number: Int) -> String {
            switch self {
            case .line(let name): "\(name)#\(number)"
            case .image(let name): "\(name)#images[\(number - 1)]"
            case .only(let name): name
            }
        }
    }

    /// Adds the files that `references` mean, looked for in each of `bases`.
    mutating func add(
        _ references: [ImageReference],
        _ place: Place,
        from bases: [[UInt8]],
        finder: inout FileFinder
    ) {
        for reference in references {
            switch Self.find(reference.name, from: bases, &finder) {
            case .success(let file): files.append(file)
            case .failure(let refusal): fail(reference, refusal, place: place, base: bases.first)
            }
        }
    }

    // Tools on Windows write backslashes; a file that has them in its name comes first.
    private static func find(
        _ name: [UInt8],
        from bases: [[UInt8]],
        _ finder: inout FileFinder
    ) -> Result<FoundFile, FileFinder.Refusal> {
        let backslash = UInt8(ascii: "\\")
        var names = [name]
        if name.contains(backslash) {
            names.append(name.map { $0 == backslash ? SourcePath.slash : $0 })
        }
        var worst = FileFinder.Refusal.missing
        for name in names {
            for base in bases {
                switch finder.find(name, from: base) {
                case .success(let file): return .success(file)
                case .failure(.missing): continue
                case .failure(let refusal): if worst == .missing { worst = refusal }
                }
            }
        }
        return .failure(worst)
    }

    /// Keeps why a name leads to no file.
    mutating func fail(
        _ reference: ImageReference,
        _ refusal: FileFinder.Refusal,
        place: Place,
        base: [UInt8]?
    ) {
        let name = reference.name
        let isAbsolute = name.first == SourcePath.slash
        let full = isAbsolute ? name : (base ?? []) + [SourcePath.slash] + name
        // A name that leads elsewhere is not the path of a file of this source, and one that the
        // system would not take is that of none.
        let isPath = refusal.code != .outsideRoot && full.count <= SourcePath.longest
        let path = isPath ? PathText.text(of: full) : place.path(reference.number)
        let said = "'\(SourcePath.shown(name))' is named by \(place.text(reference.number))."
        failures.append(
            ImportFailure(path: path, code: refusal.code, message: "\(refusal.message) \(said)")
        )
    }

    /// Keeps what was found wrong with single lines or records.
    mutating func fail(_ faults: [ImageReferences.Fault], _ place: Place) {
        failures += faults.map { fault in
            let reason = PathText.printable(String(fault.reason.prefix(SourcePath.mostShown)))
            return ImportFailure(
                path: place.path(fault.number),
                code: .corrupt,
                message:
                    "In \(place.text(fault.number)) no picture can be found: \(reason). Mend it."
            )
        }
    }

    /// Leaves out records that have the name of an earlier one, and keeps a failure for each.
    mutating func withoutNamesakes(
        _ references: [ImageReference],
        _ place: Place
    ) -> [ImageReference] {
        var seen: [[UInt8]: Int] = [:]
        seen.reserveCapacity(references.count)
        return references.filter { reference in
            let earlier = seen.updateValue(reference.number, forKey: reference.name)
            guard let earlier else { return true }
            let name = SourcePath.shown(reference.name)
            failures.append(
                ImportFailure(
                    path: place.path(reference.number),
                    code: .duplicateName,
                    message: "'\(name)' is the name in \(place.text(reference.number)) and in that "
                        + "of number \(earlier) before it. Give each picture a name of its own."
                )
            )
            return false
        }
    }
}
