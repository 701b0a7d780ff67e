import Export
import Inference
import Interchange
import Storage

/// Why a verb could not be carried out; the front door turns the kind into an exit code.
public enum CurationError: Error, Equatable, CustomStringConvertible {
    /// What was asked for is not there: a file, a data set, a version.
    case input(String)
    /// What was given cannot be understood.
    case badData(String)
    /// What would be written is there already, or cannot be made.
    case output(String)
    /// A component is missing.
    case component(String)
    /// Another process holds the data set.
    case busy(String)
    /// The disk or the database failed.
    case storage(String)
    /// Something else must be finished first: changes to commit, conflicts to decide.
    case unfinished(String)

    /// What failed, and what to do.
    public var description: String {
        switch self {
        case .input(let text), .badData(let text), .output(let text), .component(let text),
            .busy(let text), .storage(let text), .unfinished(let text):
            text
        }
    }

    init(_ error: StorageError) {
        let text = error.description
        switch error {
        case .noDataset, .unknownVersion, .ambiguousVersion, .batch: self = .input(text)
        case .datasetExists, .cannotCreate, .tagExists: self = .output(text)
        case .newerSchema, .unreleasedSchema, .badName, .dimension, .branch, .category, .field:
            self = .badData(text)
        case .uncommitted, .merging: self = .unfinished(text)
        case .busy: self = .busy(text)
        case .full, .notWritable, .database, .featureFile: self = .storage(text)
        }
    }

    init(_ error: ExportError) {
        let text = error.description
        switch error {
        case .badFractions, .changedImage, .duplicateContent, .unknownCategory, .badManifest,
            .badArchive, .badArray:
            self = .badData(text)
        case .folderNotEmpty, .cannotCreate: self = .output(text)
        case .folderBusy: self = .busy(text)
        case .unreadable: self = .input(text)
        case .cannotWrite, .interrupted: self = .storage(text)
        }
    }
}

/// Runs `body` and says the errors of the stages in the words of `CurationError`.
func rephrasing<T>(_ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let error as StorageError {
        throw CurationError(error)
    } catch ExportError.interrupted {
        throw CancellationError()
    } catch let error as ExportError {
        throw CurationError(error)
    } catch let error as InterchangeError {
        throw CurationError.badData(error.description)
    } catch let error as InferenceError {
        throw CurationError.component(error.description)
    }
}
