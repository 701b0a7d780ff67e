public import ArgumentParser
public import Curation
public import CurationCore

// The words that options take, read from the values of the library.
extension LabelTask: ExpressibleByArgument {}
extension SourceFormat: ExpressibleByArgument {}
extension ImportStage.LabelsAs: ExpressibleByArgument {}
extension EmbedStage.Views: ExpressibleByArgument {}
extension ReviewStrategy: ExpressibleByArgument {}
