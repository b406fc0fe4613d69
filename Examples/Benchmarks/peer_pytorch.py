"""PyTorch as a peer of the benchmarks.

Speaks the protocol of `peer_protocol.py`, without `check`; needs `torch==2.13.0`.
"""

import torch
from torch import nn

from peer_protocol import serve

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """one_hot -> recurrent layers -> dropout -> linear; logits [batch, time, vocabulary]."""

    def __init__(self, settings):
        super().__init__()
        self.vocabulary = settings["vocabulary"]
        self.recurrent = CELLS[settings["cell"]](
            self.vocabulary, settings["units"], settings["layers"], batch_first=True
        )
        self.dropout = nn.Dropout(1 - settings["keepProb"])
        self.logits = nn.Linear(settings["units"], self.vocabulary)

    def forward(self, inputs):
        one_hot = nn.functional.one_hot(inputs, self.vocabulary).float()
        outputs, _ = self.recurrent(one_hot)
        return self.logits(self.dropout(outputs))


class Workload:
    """What all have in common: threads and seed."""

    def __init__(self, **settings):
        torch.set_num_threads(settings["threads"])
        torch.manual_seed(0)
        self.settings = settings
        self.prepare(settings)


class Training(Workload):
    """A training step: mean cross-entropy, Adam. The loss is read."""

    def train(self, model, inputs, targets):
        self.model, self.inputs, self.targets = model, inputs, targets
        self.optimizer = torch.optim.Adam(model.parameters(), self.settings["learningRate"])

    def step(self):
        self.optimizer.zero_grad()
        logits = self.model(self.inputs).flatten(0, -2)
        loss = nn.functional.cross_entropy(logits, self.targets.flatten())
        loss.backward()
        self.optimizer.step()
        return loss.item()


class RecurrentTraining(Training):
    def prepare(self, settings):
        shape = (2, settings["batch"], settings["time"])
        inputs, targets = torch.randint(0, settings["vocabulary"], shape)
        self.train(Recurrent(settings), inputs, targets)


class Perceptron(Training):
    def prepare(self, settings):
        batch = settings["batch"]
        model = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )
        self.train(model, torch.rand(batch, 784), torch.randint(0, 10, (batch,)))


class Convolutional(Training):
    def prepare(self, settings):
        batch = settings["batch"]
        model = nn.Sequential(
            nn.Conv2d(1, 32, 5, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(7 * 7 * 64, 1024),
            nn.ReLU(),
            nn.Linear(1024, 10),
        )
        self.train(model, torch.rand(batch, 1, 28, 28), torch.randint(0, 10, (batch,)))


class Generation(Workload):
    """Characters that the model draws, one after another with the state carried."""

    def prepare(self, settings):
        self.units, self.vocabulary = settings["characters"], settings["vocabulary"]
        self.recurrent = nn.LSTM(self.vocabulary, settings["units"], batch_first=True)
        self.logits = nn.Linear(settings["units"], self.vocabulary)

    @torch.inference_mode()
    def step(self):
        character, state = torch.ones(1, 1, dtype=torch.int64), None
        for _ in range(self.units):
            one_hot = nn.functional.one_hot(character, self.vocabulary).float()
            output, state = self.recurrent(one_hot, state)
            logits = self.logits(output[:, 0])
            character = torch.multinomial(torch.softmax(logits, -1), 1)


class Chain(Workload):
    def prepare(self, settings):
        self.units = settings["operations"]
        self.x, self.one = torch.zeros(8), torch.ones(8)

    def step(self):
        total = self.x
        for _ in range(self.units):
            total = total + self.one


WORKLOADS = {
    "recurrent": RecurrentTraining,
    "mlp": Perceptron,
    "cnn": Convolutional,
    "generate": Generation,
    "chain": Chain,
}

if __name__ == "__main__":
    serve(WORKLOADS)
