"""PyTorch (nn.LSTM, nn.GRU) as a peer of the benchmarks.

Speaks the protocol of `peer_protocol.py`, without `check`; needs `torch==2.13.0`.
"""

import torch
from torch import nn

from peer_protocol import serve

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}


class Model(nn.Module):
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
    def __init__(self, **settings):
        torch.set_num_threads(settings["threads"])
        torch.manual_seed(0)
        shape = (2, settings["batch"], settings["time"])
        self.inputs, self.targets = torch.randint(0, settings["vocabulary"], shape)
        self.model = Model(settings)
        self.optimizer = torch.optim.Adam(self.model.parameters(), settings["learningRate"])

    def step(self):
        self.optimizer.zero_grad()
        logits = self.model(self.inputs).flatten(0, 1)
        loss = nn.functional.cross_entropy(logits, self.targets.flatten())
        loss.backward()
        self.optimizer.step()
        return loss.item()


if __name__ == "__main__":
    serve(Workload)
