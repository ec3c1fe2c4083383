"""Other formats: Windmill's documents, bundles and folders, flows as files, plain OpenFlow."""
